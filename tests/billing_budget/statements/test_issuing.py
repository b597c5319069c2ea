"""Issuing: once, only what is over, only what has a price; the bytes stay as they are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg
import pytest

from billing_budget.statements import errors, policy, service
from billing_budget.statements.models import IssuedStatement
from kernel.db.roles import Login
from tests.billing_budget.ledger import book, kernel
from tests.billing_budget.statements.world import LAST, LAST_MONTH, THIS, THIS_MONTH, World, noon
from tests.database import TestDatabase


@pytest.fixture
def world(database: TestDatabase) -> World:
    return World.open(database)


def test_a_statement_is_the_sum_of_its_usage_to_the_fen(world: World) -> None:
    world.send(world.sub, LAST, 31, carrier="cmcc", submitted=2, reserved=2)
    world.send(world.sub, LAST, 7, carrier="cucc", delivered=0, outcome="failed")
    world.send(world.sub, LAST, 3, carrier="unheard-of", category="OTP", template="code.login")
    world.send(world.sub, THIS, 5)
    statement, _ = world.shown(world.sub)
    lines = [(x.carrier, x.category, x.segments, x.price_milli_fen, x.amount_fen) for x in statement.lines]
    assert lines == [
        ("cmcc", "NOTICE", 62, 3500, 217),
        ("unheard-of", "OTP", 3, 3500, 11),
    ]  # 10.5 fen: half up
    assert (statement.messages, statement.segments, statement.amount_fen) == (41, 65, 228)
    with psycopg.connect(world.database.superuser_dsn) as connection:
        row = connection.execute(
            "select count(*), sum(submitted) from sms_usage where tenant_id = %s and day < %s",
            (world.sub, THIS),
        ).fetchone()
    assert row == (41, 62 + 7 + 3)
    assert policy.adds_up(statement)


def test_a_running_month_is_computed_anew_and_an_issued_one_is_read(world: World) -> None:
    world.send(world.sub, LAST, 2)
    assert world.shown(world.sub)[0].state == "open"
    issued = world.issue(world.sub)
    with kernel(
        world.database
    ) as connection:  # nothing may be booked on a past day; if it were, the bytes stand
        book(connection, world.sub, at=noon(LAST))
    shown, body = world.shown(world.sub)
    assert shown == issued
    assert policy.thawed(body) == issued
    assert (shown.state, shown.number, shown.segments) == ("issued", issued.number, 2)


def test_computing_again_tells_whether_it_still_is_the_sum(world: World) -> None:
    world.send(world.sub, LAST, 4)
    issued = world.issue(world.sub)
    door, scope = world.database.door(), world.database.scope(world.sub)
    with door.tenant_tx(scope, read_only=True) as session:
        assert service.verify(session, issued.payer, LAST_MONTH)
    with kernel(world.database) as connection:
        book(connection, world.sub, at=noon(LAST))
    with door.tenant_tx(scope, read_only=True) as session:
        assert not service.verify(session, issued.payer, LAST_MONTH)


def test_a_month_is_issued_once_by_16_at_once(world: World) -> None:
    world.send(world.sub, LAST, 2)

    def attempt(_: int) -> str:
        try:
            return str(world.issue(world.sub).number)
        except errors.AlreadyIssued:
            return "already"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(attempt, range(16)))
    assert said.count("already") == 15


def test_a_month_that_runs_is_not_issued(world: World) -> None:
    world.send(world.sub, THIS, 1)
    with pytest.raises(errors.MonthRunning):
        world.issue(world.sub, THIS_MONTH)


@pytest.mark.parametrize("month", ["", "2026", "2026-13", "../../etc", "2026-1", "2999-01", "20٢6-01"])
def test_a_text_that_is_no_month_is_not_found(world: World, month: str) -> None:
    with pytest.raises(errors.MonthNotFound):
        world.issue(world.sub, month)


def test_without_a_tariff_nothing_is_issued(world: World) -> None:
    before_any_tariff = "2019-12"
    with kernel(world.database) as connection:
        book(connection, world.sub, at=noon(LAST.replace(year=2019, month=12)))
    with pytest.raises(errors.Unpriced):
        world.issue(world.sub, before_any_tariff)
    assert world.shown(world.sub, before_any_tariff)[0].unpriced == 1


@pytest.mark.parametrize(
    "statement",
    [
        "update sms_statement set amount_fen = 0",
        "update sms_statement set body = body",
        "update sms_statement set number = 'x'",
        "delete from sms_statement",
        "update sms_statement_received set amount_fen = 0",
        "delete from sms_statement_received",
        "update sms_tariff set tiers = '[]'",
    ],
)
@pytest.mark.parametrize("role", ["gjj_app", "gjj_citizen", "gjj_province_reader"])
def test_no_role_may_change_what_was_issued(world: World, statement: str, role: str) -> None:
    world.send(world.sub, LAST, 1)
    world.issue(world.sub)
    with psycopg.connect(world.database.superuser_dsn) as connection:
        connection.execute(f"set role {role}")  # type: ignore[call-overload]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(statement)  # type: ignore[call-overload]


def test_bytes_that_differ_from_their_hash_are_refused_by_the_database(world: World) -> None:
    world.send(world.sub, LAST, 1)
    world.issue(world.sub)
    with (
        psycopg.connect(world.database.superuser_dsn) as connection,
        pytest.raises(psycopg.errors.CheckViolation),
    ):
        connection.execute(
            "update sms_statement set body = body || 'x'::bytea where tenant_id = %s", (world.sub,)
        )


def due(world: World, tenant: UUID) -> object:
    with world.database.door(Login.WORKER).tenant_tx(world.database.scope(tenant)) as session:
        return service.issue_due(session)


def test_the_clock_issues_last_month_once_and_only_where_something_was_sent(world: World) -> None:
    world.send(world.sub, LAST, 1)
    world.send(world.centre, THIS, 1)
    assert due(world, world.sub) is not None
    assert due(world, world.sub) is None
    assert due(world, world.centre) is None


def test_issuing_is_in_the_log_with_the_hash(world: World) -> None:
    world.send(world.sub, LAST, 1)
    world.issue(world.sub)
    with psycopg.connect(world.database.superuser_dsn) as connection:
        row = connection.execute(
            "select convert_from(body, 'UTF8') from audit_event where tenant_id = %s and action = 'statements.issued'",
            (world.sub,),
        ).fetchone()
        kept = connection.execute(
            "select encode(body_hash, 'hex') from sms_statement where tenant_id = %s", (world.sub,)
        ).fetchone()
    assert row is not None
    assert kept is not None
    assert kept[0] in row[0]


def test_the_table_and_the_model_agree(database: TestDatabase) -> None:
    with psycopg.connect(database.superuser_dsn) as connection:
        columns = connection.execute(
            "select column_name from information_schema.columns where table_name = 'sms_statement' order by 1"
        ).fetchall()
    assert {c for (c,) in columns} == set(IssuedStatement.__table__.columns.keys())
