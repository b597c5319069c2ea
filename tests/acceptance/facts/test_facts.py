"""Facts: repeatable history with the year's shapes, handed up as sums, replaced whole."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update

from acceptance.facts import policy, queries, service
from acceptance.facts.models import DailyFact, Measure
from acceptance.facts.seed import seed_history
from kernel.db.roles import DbRole, Login
from kernel.jobs import relay
from kernel.jobs.runner import Outcome, run
from tests.database import TestDatabase


@pytest.fixture(scope="module")
def centre(database: TestDatabase) -> UUID:
    tenant = database.open_centre("C95010")
    with database.door().tenant_tx(database.scope(tenant)) as session:
        assert seed_history(session, database.province_id, "示例市", 2_000) > 5_000
    _deliver(database, tenant)
    return tenant


def _deliver(database: TestDatabase, tenant: UUID) -> None:
    rung: list[tuple[UUID, UUID, UUID]] = []
    relay.sweep(database.door(Login.RELAY), lambda *ids: rung.append(ids))
    assert {run(database.door(Login.WORKER), *ids) for ids in rung if ids[0] == tenant} == {Outcome.DONE}


def _sums(database: TestDatabase, centre: UUID) -> dict[tuple[date, str, str], int]:
    with database.door().tenant_tx(database.scope(centre), read_only=True) as session:
        return {
            (r.month, r.measure, r.channel): int(r.value) for r in queries.monthly(session, date(2000, 1, 1))
        }


def test_history_has_thirteen_months_and_is_repeatable() -> None:
    first, end = policy.months_before(date(2026, 11, 24))
    assert (first, end) == (date(2025, 11, 1), date(2026, 11, 24))
    assert list(policy.history("a", 100, first, end)) == list(policy.history("a", 100, first, end))


def test_the_year_has_its_shapes() -> None:
    assert policy.shape(date(2026, 6, 30)) > 2.5 * policy.shape(date(2026, 6, 24))
    assert policy.shape(date(2026, 7, 15)) > policy.shape(date(2026, 5, 13))
    assert policy.shape(date(2026, 3, 2)) > policy.shape(date(2026, 3, 18))
    assert policy.shape(date(2026, 3, 14)) < policy.shape(date(2026, 3, 18))


def test_successes_never_exceed_requests(database: TestDatabase, centre: UUID) -> None:
    sums = _sums(database, centre)
    pairs = [
        (v, sums[month, Measure.REQUESTS, ch]) for (month, m, ch), v in sums.items() if m == Measure.SUCCESSES
    ]
    assert pairs
    assert all(successes <= requests for successes, requests in pairs)


def test_the_province_holds_the_same_sums(database: TestDatabase, centre: UUID) -> None:
    sums = _sums(database, centre)
    for month in {key[0] for key in sums}:
        with database.door().tenant_tx(database.scope(), read_only=True) as session:
            held = queries.cells_of(session, centre, month)
        assert held == {(m, c): v for (at, m, c), v in sums.items() if at == month}


def test_a_changed_fact_changes_the_sum_after_the_next_hand_over(
    database: TestDatabase, centre: UUID
) -> None:
    with database.door().tenant_tx(database.scope(centre)) as session:
        day = session.scalar(select(func.max(DailyFact.day)))
        assert day is not None
        session.execute(
            update(DailyFact)
            .where(DailyFact.day == day, DailyFact.measure == "visits", DailyFact.channel == "app")
            .values(value=DailyFact.value + 7)
        )
        before = _held(database, centre, day.replace(day=1))
        service.hand_up(session, database.province_id, day)
    _deliver(database, centre)
    assert _held(database, centre, day.replace(day=1)) == before + 7


def test_the_provinces_reader_sees_sums_and_no_daily_row(database: TestDatabase, centre: UUID) -> None:
    scope = database.scope(database.province_id, DbRole.PROVINCE_READER)
    with database.door().tenant_tx(scope, read_only=True) as session:
        assert session.execute(text("select count(*) from centre_month")).scalar_one() > 0
    with (
        pytest.raises(Exception, match="permission denied"),
        database.door().tenant_tx(scope, read_only=True) as session,
    ):
        session.execute(text("select count(*) from daily_fact"))


def test_history_is_seeded_once(database: TestDatabase, centre: UUID) -> None:
    with database.door().tenant_tx(database.scope(centre), read_only=True) as session:
        assert seed_history(session, database.province_id, "示例市", 2_000) == 0


def _held(database: TestDatabase, centre: UUID, month: date) -> int:
    with database.door().tenant_tx(database.scope(), read_only=True) as session:
        return queries.cells_of(session, centre, month)["visits", "app"]
