"""The plan in force and its history."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from billing_budget.budgets.models import SpendingPlan
from kernel.db import TenantSession


def revisions(session: TenantSession, year: int) -> Sequence[SpendingPlan]:
    """Revisions of a year's plan, newest first; the first one is in force."""
    return session.scalars(
        select(SpendingPlan).where(SpendingPlan.year == year).order_by(SpendingPlan.number.desc()).limit(50)
    ).all()


def in_force(session: TenantSession, year: int) -> SpendingPlan | None:
    """The plan of that year, if there is one."""
    return next(iter(revisions(session, year)), None)
