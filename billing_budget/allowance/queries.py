"""A month's allowance, and how it is capped."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from billing_budget.allowance.models import AllowanceRule, SmsAllowance
from billing_budget.allowance.policy import Month
from billing_budget.budgets import queries as budgets
from kernel.db import TenantSession


def rule(session: TenantSession) -> AllowanceRule | None:
    """The rule in force; None: the cap is soft."""
    return session.scalar(select(AllowanceRule).order_by(AllowanceRule.number.desc()).limit(1))


def month(session: TenantSession, name: str) -> Month:
    """That month (`YYYY-MM`). While nothing was reserved in it, it is what the plan and the rule will make of it."""
    row = session.scalar(select(SmsAllowance).where(SmsAllowance.month == name))
    if row is not None:
        return value(row)
    plan, hard = budgets.in_force(session, int(name[:4])), rule(session)
    return Month(
        name,
        plan.sms_monthly if plan is not None else None,
        hard.hard if hard is not None else False,
        plan.warn_percent if plan is not None else 80,
    )


def months(session: TenantSession) -> Sequence[Month]:
    """The last thirteen months in which something was reserved, newest first."""
    rows = session.scalars(select(SmsAllowance).order_by(SmsAllowance.month.desc()).limit(13))
    return [value(row) for row in rows]


def value(row: SmsAllowance) -> Month:
    """A row as the value that pages show. A reservation given back to another month can't make it less than nothing."""
    return Month(
        row.month, row.cap_segments, row.hard, row.warn_percent, max(0, row.reserved_segments), row.used_segments,
        row.stopped_count, row.warned_at, row.over_at, row.stopped_at,
    )  # fmt: skip
