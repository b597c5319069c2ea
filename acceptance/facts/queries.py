"""Sums of facts: by month and channel, inside the tenant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from acceptance.facts.models import CentreMonth, DailyFact, Measure
from kernel.db import TenantSession

_MONTH = func.date_trunc("month", DailyFact.day).cast(DailyFact.day.type)


def monthly(session: TenantSession, since: date) -> Sequence[Any]:
    """(month, measure, channel, value, origin) of this tenant since a day, oldest first: one statement."""
    statement = (
        select(
            _MONTH.label("month"), DailyFact.measure, DailyFact.channel, func.sum(DailyFact.value).label("value"),
            func.max(DailyFact.origin).label("origin"),
        )
        .where(DailyFact.day >= since)
        .group_by("month", DailyFact.measure, DailyFact.channel)
        .order_by("month", DailyFact.measure, DailyFact.channel)
    )  # fmt: skip
    return session.execute(statement).all()


def last_day(session: TenantSession) -> date | None:
    """The newest day that has facts."""
    return session.scalar(select(func.max(DailyFact.day)))


def province_months(session: TenantSession, since: date) -> Sequence[Any]:
    """(subject_id, month, measure, value) over all centres that handed up, in the province's tenant: one statement."""
    statement = (
        select(
            CentreMonth.subject_id,
            CentreMonth.month,
            CentreMonth.measure,
            func.sum(CentreMonth.value).label("value"),
        )
        .where(CentreMonth.month >= since)
        .group_by(CentreMonth.subject_id, CentreMonth.month, CentreMonth.measure)
        .order_by(CentreMonth.month)
    )
    return session.execute(statement).all()


def cells_of(session: TenantSession, subject_id: UUID, month: date) -> dict[tuple[str, str], int]:
    """What the province holds of one centre's month."""
    rows = session.execute(
        select(CentreMonth.measure, CentreMonth.channel, CentreMonth.value).where(
            CentreMonth.subject_id == subject_id, CentreMonth.month == month
        )
    )
    return {(row.measure, row.channel): row.value for row in rows}


def totals(rows: Sequence[Any], measure: Measure) -> dict[date, int]:
    """Sum over channels by month."""
    found: dict[date, int] = {}
    for row in rows:
        if row.measure == measure:
            found[row.month] = found.get(row.month, 0) + int(row.value)
    return found
