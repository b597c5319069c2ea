"""The first plan of a new centre, from its manifest."""

from __future__ import annotations

from billing_budget.budgets import queries
from billing_budget.budgets.models import SpendingPlan
from billing_budget.budgets.policy import Plan
from kernel.calendar import clock
from kernel.db import TenantSession


def seed_budget(session: TenantSession, plan: object) -> int:
    """Give this year its first plan (an object with `sms_monthly` and `allowance_fen`). Returns rows written; the caller audits."""
    year = clock.today().year
    if queries.in_force(session, year) is not None:
        return 0
    session.add(
        SpendingPlan(
            year=year, number=1, origin="manifest", published_at=clock.now(), **Plan.of(plan).stored()
        )
    )
    session.flush()
    return 1
