"""A month's allowance under pressure: hard caps hold, codes and fund-change notices go on, a message is metered once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest

from kernel.db.ids import uuid7
from kernel.db.roles import Login
from tests.billing_budget.ledger import AT, MONTH, book, counters, hard, kernel, plan, reserve
from tests.database import TestDatabase


@pytest.fixture
def tenant(database: TestDatabase) -> UUID:
    return database.open_centre("C95010")


def at_once(database: TestDatabase, ways: int, act: Callable[[psycopg.Connection], Any]) -> list[Any]:
    connections = [kernel(database) for _ in range(ways)]
    try:
        with ThreadPoolExecutor(ways) as pool:
            return list(pool.map(act, connections))
    finally:
        for connection in connections:
            connection.close()


def test_the_month_is_made_from_the_newest_plan(database: TestDatabase, tenant: UUID) -> None:
    plan(database, tenant, 500)
    plan(database, tenant, 900, number=2)
    with kernel(database) as connection:
        assert reserve(connection, tenant, 3) == "ok"
    assert counters(database, tenant) == (900, 3, 0, 0)


def test_without_a_plan_nothing_is_capped(database: TestDatabase, tenant: UUID) -> None:
    with kernel(database) as connection:
        assert reserve(connection, tenant, 1_000_000) == "ok"
    assert counters(database, tenant) == (None, 1_000_000, 0, 0)


def test_the_verdict_says_how_close_it_is(database: TestDatabase, tenant: UUID) -> None:
    plan(database, tenant, 10)
    with kernel(database) as connection:
        assert [reserve(connection, tenant) for _ in range(11)] == ["ok"] * 7 + ["warn"] * 3 + ["over"]


def test_64_at_once_never_pass_a_hard_cap(database: TestDatabase, tenant: UUID) -> None:
    plan(database, tenant, 100)
    with kernel(database) as connection:
        reserve(connection, tenant)
    hard(database, tenant)
    verdicts = at_once(database, 64, lambda c: [reserve(c, tenant) for _ in range(3)])
    said = Counter(word for words in verdicts for word in words)
    assert said["refused"] == 64 * 3 - 99
    assert said["ok"] + said["warn"] == 99
    assert counters(database, tenant) == (100, 100, 0, 64 * 3 - 99)


def test_64_at_once_make_one_row_of_a_new_month(database: TestDatabase, tenant: UUID) -> None:
    plan(database, tenant, 1000)
    assert set(at_once(database, 64, lambda c: reserve(c, tenant, month="2026-12"))) == {"ok"}
    assert counters(database, tenant, "2026-12") == (1000, 64, 0, 0)


def test_what_may_never_stop_goes_on_past_a_hard_cap(database: TestDatabase, tenant: UUID) -> None:
    plan(database, tenant, 2)
    with kernel(database) as connection:
        reserve(connection, tenant, 2)
        hard(database, tenant)
        assert reserve(connection, tenant) == "refused"
        assert reserve(connection, tenant, never_stopped=True) == "over"
        assert reserve(connection, tenant) == "refused"
    assert counters(database, tenant) == (2, 3, 0, 2)


@pytest.mark.parametrize("segments", [0, -5])
def test_nothing_is_no_reservation(database: TestDatabase, tenant: UUID, segments: int) -> None:
    with kernel(database) as connection, pytest.raises(psycopg.errors.InvalidParameterValue):
        reserve(connection, tenant, segments)


def test_a_message_is_booked_once_by_64_at_once(database: TestDatabase, tenant: UUID) -> None:
    plan(database, tenant, 1000)
    message = uuid7()
    with kernel(database) as connection:
        reserve(connection, tenant, 3)
    answers = at_once(
        database, 64, lambda c: book(c, tenant, message=message, reserved=3, submitted=3, delivered=2)
    )
    assert answers.count(True) == 1
    assert counters(database, tenant) == (1000, 0, 3, 0)


def test_what_was_not_sent_is_free_again(database: TestDatabase, tenant: UUID) -> None:
    plan(database, tenant, 1000)
    with kernel(database) as connection:
        reserve(connection, tenant, 4)
        assert book(connection, tenant, reserved=4, submitted=0, outcome="expired")
    assert counters(database, tenant) == (1000, 0, 0, 0)


def test_a_message_of_last_month_frees_last_month_and_is_counted_this_month(
    database: TestDatabase, tenant: UUID
) -> None:
    plan(database, tenant, 1000)
    just_after = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)  # half past midnight on 1 December in Beijing
    with kernel(database) as connection:
        reserve(connection, tenant, 2)
        assert book(connection, tenant, at=just_after, reserved=2, submitted=2, month=MONTH)
    assert counters(database, tenant) == (1000, 0, 2, 0)
    with psycopg.connect(database.superuser_dsn) as connection:
        days = connection.execute(
            "select day::text from sms_usage where tenant_id = %s", (tenant,)
        ).fetchall()
    assert days == [("2026-12-01",)]


@pytest.mark.parametrize("login", [Login.WEB, Login.WORKER, Login.GATEWAY])
@pytest.mark.parametrize(
    "call",
    [
        "select k.allowance_reserve(%(t)s, '2026-11', 1, false)",
        "select k.allowance_open(%(t)s, '2026-11')",
        "select k.usage_book(%(t)s, uuidv7(), now(), '', '', 'OTP', 'x', 1, 1, 1, 'delivered')",
    ],
)
def test_no_process_may_call_it_by_itself(
    database: TestDatabase, tenant: UUID, login: Login, call: str
) -> None:
    with (
        psycopg.connect(database.dsn(login)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(call, {"t": tenant})


def test_the_app_changes_no_counter_and_no_usage(database: TestDatabase, tenant: UUID) -> None:
    with kernel(database) as connection:
        reserve(connection, tenant)
        book(connection, tenant, at=AT)
    for statement in (
        "update sms_allowance set used_segments = 0",
        "update sms_allowance set reserved_segments = 0",
        "delete from sms_allowance",
        "update sms_usage set submitted = 0",
        "delete from sms_usage",
    ):
        with psycopg.connect(database.superuser_dsn) as connection:
            connection.execute("set role gjj_app")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)  # type: ignore[call-overload]
