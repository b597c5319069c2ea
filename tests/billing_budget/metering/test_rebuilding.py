"""A day computed again from its rows gives the same fen, whatever was booked after it."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from uuid import UUID

import pytest

from billing_budget.metering import queries, service
from tests.billing_budget.ledger import AT, book, kernel, tariffs
from tests.database import TestDatabase

DAY = date(2026, 11, 24)


@pytest.fixture(scope="module")
def tenant(database: TestDatabase) -> UUID:
    tariffs(database)
    tenant = database.open_centre("C95020")
    with kernel(database) as connection:
        for n in range(40):
            book(
                connection, tenant, at=AT - timedelta(days=n % 4), carrier=("cmcc", "cucc", "loop")[n % 3], reserved=3,
                submitted=3 if n % 10 else 0, delivered=3 if n % 5 else 0, template=f"notice.{n % 2}",
                outcome="delivered" if n % 5 else ("failed" if n % 10 else "expired"),
            )  # fmt: skip
    return tenant


def rebuilt(database: TestDatabase, tenant: UUID, day: date) -> object:
    with database.door().tenant_tx(database.scope(tenant), read_only=True) as session:
        return service.rebuild(session, day)


def test_a_day_again_is_the_same_and_the_month_is_its_days(database: TestDatabase, tenant: UUID) -> None:
    with database.door().tenant_tx(database.scope(tenant), read_only=True) as session:
        month = service.month(session, date(2026, 11, 1))
        again = [service.rebuild(session, day.day) for day in month.days]
    assert again == list(month.days)
    assert len(again) == 4
    assert month.amount_fen > 0


def test_what_is_booked_later_leaves_the_day(database: TestDatabase, tenant: UUID) -> None:
    before = rebuilt(database, tenant, DAY - timedelta(days=2))
    with kernel(database) as connection:
        book(connection, tenant, at=AT + timedelta(days=1), submitted=50)
    assert rebuilt(database, tenant, DAY - timedelta(days=2)) == before
    assert rebuilt(database, tenant, DAY + timedelta(days=1)) != rebuilt(
        database, tenant, DAY + timedelta(days=2)
    )


def test_a_moment_belongs_to_its_day_in_beijing(database: TestDatabase) -> None:
    tenant = database.open_centre("C95021")
    with kernel(database) as connection:
        book(connection, tenant, at=AT.replace(hour=15, minute=59, second=59))
        book(connection, tenant, at=AT.replace(hour=16))
    with database.door().tenant_tx(database.scope(tenant), read_only=True) as session:
        days = Counter({c.day: c.messages for c in queries.cells(session, DAY, DAY + timedelta(days=2))})
    assert days == {DAY: 1, DAY + timedelta(days=1): 1}


def test_facts_count_messages_by_how_they_ended(database: TestDatabase) -> None:
    tenant = database.open_centre("C95022")
    with kernel(database) as connection:
        book(connection, tenant, submitted=2, reserved=2)
        book(connection, tenant, submitted=2, delivered=0, outcome="failed")
        book(connection, tenant, submitted=0, outcome="expired", category="OTP")
    with database.door().tenant_tx(database.scope(tenant), read_only=True) as session:
        facts = [tuple(row) for row in queries.facts(session, DAY)]
        ended = queries.outcomes(session, DAY, DAY + timedelta(days=1))
    assert facts == [
        ("NOTICE", "cmcc", "delivered", 1, 2, 2),
        ("NOTICE", "cmcc", "failed", 1, 2, 0),
        ("OTP", "cmcc", "expired", 1, 0, 0),
    ]
    assert ended == {"delivered": 1, "failed": 1, "expired": 1}
