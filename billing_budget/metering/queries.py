"""Sums of metered messages: one statement each, never a row for itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import func, select

from billing_budget.metering.models import SmsUsage
from billing_budget.metering.policy import Cell
from kernel.db import TenantSession


def cells(session: TenantSession, first: date, end: date) -> list[Cell]:
    """What was metered on days from `first` to before `end`, by day, carrier, category and template."""
    key = (SmsUsage.day, SmsUsage.carrier, SmsUsage.category, SmsUsage.template)
    statement = (
        select(
            *key,
            func.count().label("messages"),
            func.sum(SmsUsage.submitted).label("submitted"),
            func.sum(SmsUsage.delivered).label("delivered"),
        )
        .where(SmsUsage.day >= first, SmsUsage.day < end)
        .group_by(*key)
    )
    return [
        Cell(r.day, r.carrier, r.category, r.template, r.messages, int(r.submitted), int(r.delivered))
        for r in session.execute(statement)
    ]


def outcomes(session: TenantSession, first: date, end: date) -> Mapping[str, int]:
    """Messages by how they ended, on days from `first` to before `end`."""
    statement = (
        select(SmsUsage.outcome, func.count().label("messages"))
        .where(SmsUsage.day >= first, SmsUsage.day < end)
        .group_by(SmsUsage.outcome)
    )
    return {row.outcome: row.messages for row in session.execute(statement)}


def facts(session: TenantSession, day: date) -> Sequence[Any]:
    """(category, carrier, outcome, messages, submitted, delivered) of one day: what facts and indicators count."""
    key = (SmsUsage.category, SmsUsage.carrier, SmsUsage.outcome)
    statement = (
        select(
            *key,
            func.count().label("messages"),
            func.sum(SmsUsage.submitted).label("submitted"),
            func.sum(SmsUsage.delivered).label("delivered"),
        )
        .where(SmsUsage.day == day)
        .group_by(*key)
        .order_by(*key)
    )
    return session.execute(statement).all()


def used_by_day(session: TenantSession, reserved_month: str) -> Sequence[Any]:
    """(day, submitted) of the messages that took that month's allowance, oldest first."""
    statement = (
        select(SmsUsage.day, func.sum(SmsUsage.submitted).label("submitted"))
        .where(
            SmsUsage.reserved_month == reserved_month,
            SmsUsage.day >= date.fromisoformat(f"{reserved_month}-01"),
        )
        .group_by(SmsUsage.day)
        .order_by(SmsUsage.day)
    )
    return session.execute(statement).all()


def first_day(session: TenantSession) -> date | None:
    """The first day on which something was metered."""
    return session.scalar(select(func.min(SmsUsage.day)))
