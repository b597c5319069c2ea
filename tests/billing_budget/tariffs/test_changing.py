"""A tariff is changed by two people of the province, begins with a month, and is read by everyone below."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from billing_budget.tariffs import queries, service
from billing_budget.tariffs.policy import DEFAULTS, Tier, following_month, tiers_zh
from billing_budget.tariffs.seed import seed_tariffs
from kernel.approvals import errors
from kernel.approvals import service as approvals
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.errors import Forbidden, Invalid
from kernel.identity.actor import Actor
from tests.billing_budget.ledger import tariffs
from tests.database import TestDatabase
from tests.people import person

NEXT = following_month(clock.today())


def payload(**changes: Any) -> dict[str, Any]:
    given = {
        "carrier": "cbn", "basis": "delivered", "month": f"{NEXT:%Y-%m}", "note": "虚构合同",
        "tiers": [{"start": 0, "price_milli_fen": 3450}, {"start": 1000, "price_milli_fen": 3000}],
    }  # fmt: skip
    return given | changes


@pytest.fixture(scope="module")
def finance(database: TestDatabase) -> Actor:
    tariffs(database)
    return person(database, database.province_id, "孙财务", "province_finance")


@pytest.fixture(scope="module")
def officer(database: TestDatabase) -> Actor:
    return person(database, database.province_id, "周监管", "province_officer")


@contextmanager
def refused_in(database: TestDatabase, tenant: UUID | None = None) -> Iterator[TenantSession]:
    """A transaction that leaves nothing behind."""
    with database.door().tenant_tx(database.scope(tenant), read_only=True) as session:
        yield session


def approved(
    database: TestDatabase, maker: Actor, checker: Actor, given: dict[str, Any]
) -> list[dict[str, str]]:
    with database.door().tenant_tx(database.scope()) as session:
        change = approvals.propose(session, maker, service.TARIFF.code, given, "签订新合同")
        change_id, seen, lines = change.id, change.content_hash, change.difference["lines"]
    with database.door().tenant_tx(database.scope()) as session:
        approvals.approve(session, checker, change_id, seen)
    return lines


def test_two_people_change_it_and_a_centre_reads_it(
    database: TestDatabase, finance: Actor, officer: Actor
) -> None:
    lines = approved(database, finance, officer, payload())
    assert [line["after"] for line in lines] == [
        "按送达计费", "1,000 条以内 3.45 分/条；超过 1,000 条的部分 3 分/条", f"{NEXT:%Y-%m} 起",
    ]  # fmt: skip
    approved(database, finance, officer, payload(tiers=[{"start": 0, "price_milli_fen": 3333}]))
    centre = database.open_centre("C95200")
    with database.door().tenant_tx(database.scope(centre), read_only=True) as session:
        assert "cbn" not in queries.in_month(session, clock.today().replace(day=1))
        mine = queries.in_month(session, NEXT)["cbn"]
        rows = queries.revisions(session)
        assert queries.among(rows, NEXT)["cbn"] == mine
        assert "cbn" not in queries.among(rows, clock.today().replace(day=1))
    assert (mine.number, mine.tiers) == (2, (Tier(0, 3333),))


def test_the_same_prices_again_are_no_change(database: TestDatabase, finance: Actor) -> None:
    same = {
        "carrier": "cucc", "basis": "delivered", "month": f"{NEXT:%Y-%m}", "note": "",
        "tiers": [vars(tier) for tier in dict((c, t) for c, _, t in DEFAULTS)["cucc"]],
    }  # fmt: skip
    with pytest.raises(errors.NothingChanges), refused_in(database) as session:
        approvals.propose(session, finance, service.TARIFF.code, same, "无变化")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"carrier": "nobody"}, "carrier"),
        ({"carrier": "cmcc", "month": f"{clock.today():%Y-%m}"}, "month"),
        ({"month": "2020-01"}, "month"),
        ({"month": f"{clock.today().year + 9}-01"}, "month"),
        ({"tiers": [{"start": 5, "price_milli_fen": 1}]}, "start_2"),
        ({"tiers": [{"start": 0, "price_milli_fen": 1}, {"start": 0, "price_milli_fen": 2}]}, "start_2"),
        ({"tiers": [{"start": 0, "price_milli_fen": -1}]}, "price_1"),
        ({"tiers": [{"start": 0, "price_milli_fen": 100_001}]}, "price_1"),
        ({"tiers": [{"start": n, "price_milli_fen": 1} for n in range(5)]}, "start_2"),
    ],
)
def test_what_makes_no_sense_is_named(
    database: TestDatabase, finance: Actor, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused, refused_in(database) as session:
        approvals.propose(session, finance, service.TARIFF.code, payload(**changes), "测试")
    assert field in refused.value.fields


@pytest.mark.parametrize(
    "changes",
    [{"tiers": "x"}, {"tiers": []}, {"basis": "x"}, {"month": "x"}, {"tiers": [{}]}, {"carrier": []}],
)
def test_a_broken_payload_is_refused_in_words(
    database: TestDatabase, finance: Actor, changes: dict[str, Any]
) -> None:
    with pytest.raises((errors.PayloadBroken, Invalid)), refused_in(database) as session:
        approvals.propose(session, finance, service.TARIFF.code, payload(**changes), "测试")


def test_one_person_can_not_do_both(database: TestDatabase, finance: Actor, officer: Actor) -> None:
    with pytest.raises(Forbidden), refused_in(database) as session:
        approvals.propose(session, officer, service.TARIFF.code, payload(), "测试")
    both = person(database, database.province_id, "吴双岗", "province_finance", "province_officer")
    with database.door().tenant_tx(database.scope()) as session:
        change = approvals.propose(session, both, service.TARIFF.code, payload(carrier="ctcc"), "测试")
        change_id, seen = change.id, change.content_hash
    with pytest.raises(errors.OwnChange), refused_in(database) as session:
        approvals.approve(session, both, change_id, seen)


def test_a_month_that_began_while_the_change_waited_is_refused(
    database: TestDatabase, finance: Actor, officer: Actor
) -> None:
    with database.door().tenant_tx(database.scope()) as session:
        change = approvals.propose(session, finance, service.TARIFF.code, payload(carrier="cmcc"), "测试")
        change_id, seen = change.id, change.content_hash
    later = datetime.combine(NEXT, datetime.min.time(), clock.LOCAL) - clock.now()
    with psycopg.connect(database.superuser_dsn) as connection:  # it may wait longer than a week here
        connection.execute(
            "update change_request set expires_at = now() + interval '90 days' where id = %s", (change_id,)
        )
    clock.set_source(lambda: later)
    try:
        with pytest.raises(Invalid) as refused, database.door().tenant_tx(database.scope()) as session:
            approvals.approve(session, officer, change_id, seen)
        assert "month" in refused.value.fields
    finally:
        clock.set_source(timedelta)


def test_the_seed_writes_each_default_once_and_says_that_it_is_one(database: TestDatabase) -> None:
    centre = database.open_centre("C95201")  # a tenant of its own, so that the province's rows don't matter
    with database.door().tenant_tx(database.scope(centre)) as session:
        seen = {row.carrier for row in queries.revisions(session)}
        assert seed_tariffs(session) == len({c for c, _, _ in DEFAULTS} - seen)
        assert seed_tariffs(session) == 0
        session.audit("test.seeded", "sms_tariff", "*", "测试")


def test_the_default_prices_are_within_what_contracts_say() -> None:
    assert all(3000 <= tier.price_milli_fen <= 5000 for _, _, tiers in DEFAULTS for tier in tiers)
    assert tiers_zh((Tier(0, 3500), Tier(10, 3300), Tier(20, 3000))) == (
        "10 条以内 3.5 分/条；10 至 20 条 3.3 分/条；超过 20 条的部分 3 分/条"
    )


def test_the_month_after_december_is_january() -> None:
    assert following_month(date(2026, 12, 31)) == date(2027, 1, 1)
    assert following_month(date(2027, 1, 31)) == date(2027, 2, 1)
