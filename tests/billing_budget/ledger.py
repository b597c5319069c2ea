"""What the accepting and finishing functions of the SMS rooms do to money, called as their owner: `gjj_kernel`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import psycopg

from billing_budget.budgets.models import SpendingPlan
from billing_budget.tariffs import queries
from billing_budget.tariffs.models import SmsTariff
from billing_budget.tariffs.policy import DEFAULTS
from kernel.db.ids import uuid7
from tests.database import TestDatabase

AT = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
MONTH = "2026-11"


def plan(
    database: TestDatabase, tenant: UUID, sms_monthly: int, *, number: int = 1, year: int = 2026
) -> None:
    """A year's plan as a manifest leaves it."""
    with database.door().tenant_tx(database.scope(tenant)) as session:
        session.add(
            SpendingPlan(
                year=year,
                number=number,
                sms_monthly=sms_monthly,
                allowance_fen=0,
                warn_percent=80,
                origin="manifest",
            )
        )
        session.audit("test.plan", "spending_plan", year, "测试计划")


def tariffs(database: TestDatabase) -> None:
    """The default tariffs, in force whenever the tests run."""
    with database.door().tenant_tx(database.scope()) as session:
        if not queries.revisions(session):
            for carrier, basis, tiers in DEFAULTS:
                session.add(
                    SmsTariff(
                        carrier=carrier,
                        number=1,
                        basis=basis,
                        valid_from=date(2020, 1, 1),
                        origin="default",
                        tiers=[vars(tier) for tier in tiers],
                    )  # fmt: skip
                )
            session.audit("test.tariffs", "sms_tariff", "*", "测试资费")


def kernel(database: TestDatabase) -> psycopg.Connection:
    """A connection that works as the functions' owner."""
    connection = psycopg.connect(database.superuser_dsn, autocommit=True)
    connection.execute("set role gjj_kernel")
    return connection


def hard(database: TestDatabase, tenant: UUID, wanted: bool = True) -> None:
    """Make the month's cap hard, as the approved rule does."""
    with psycopg.connect(database.superuser_dsn) as connection:
        connection.execute("update sms_allowance set hard = %s where tenant_id = %s", (wanted, tenant))


def reserve(
    connection: psycopg.Connection,
    tenant: UUID,
    segments: int = 1,
    *,
    never_stopped: bool = False,
    month: str = MONTH,
) -> str:
    row = connection.execute(
        "select k.allowance_reserve(%s, %s, %s, %s)", (tenant, month, segments, never_stopped)
    ).fetchone()
    assert row is not None
    return str(row[0])


def book(
    connection: psycopg.Connection,
    tenant: UUID,
    *,
    message: UUID | None = None,
    at: datetime = AT,
    carrier: str = "cmcc",
    category: str = "NOTICE",
    template: str = "notice.payout",
    reserved: int = 1,
    submitted: int = 1,
    delivered: int | None = None,
    outcome: str = "delivered",
    month: str | None = None,
) -> bool:
    row = connection.execute(
        "select k.usage_book(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            tenant, message or uuid7(), at, "link-1", carrier, category, template, reserved, submitted,
            submitted if delivered is None else delivered, outcome, month,
        ),
    ).fetchone()  # fmt: skip
    assert row is not None
    return bool(row[0])


def counters(database: TestDatabase, tenant: UUID, month: str = MONTH) -> tuple[int | None, int, int, int]:
    """(cap, reserved, used, stopped) of a month."""
    with psycopg.connect(database.superuser_dsn) as connection:
        row = connection.execute(
            "select cap_segments, reserved_segments, used_segments, stopped_count from sms_allowance"
            " where tenant_id = %s and month = %s",
            (tenant, month),
        ).fetchone()
    assert row is not None
    return row
