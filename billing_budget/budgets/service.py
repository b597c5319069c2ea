"""Changing a plan: a guarded operation, since money follows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from billing_budget.budgets import policy, queries
from billing_budget.budgets.events import PlanChanged
from billing_budget.budgets.models import SpendingPlan
from billing_budget.budgets.policy import LABELS, Plan
from kernel.approvals.kinds import Difference, Execution, GuardedKind, Line, register
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.errors import Invalid
from kernel.events import publish
from kernel.permissions import Permission


def describe_plan(session: TenantSession, payload: Mapping[str, Any]) -> Difference:
    """Payload: year, plan. Raises Invalid with the fields that make no sense."""
    year, wanted = int(payload["year"]), Plan.of(payload["plan"])
    wrong = policy.check(wanted)
    if not clock.today().year <= year <= clock.today().year + 1:
        wrong["year"] = ["只能调整本年度或者下一年度的计划。"]
    if wrong:
        raise Invalid(fields=wrong)
    current = queries.in_force(session, year)
    before = policy.words(Plan.of(current)) if current is not None else {}
    after = policy.words(wanted)
    lines = tuple(Line(LABELS[n], before.get(n, ""), after[n]) for n in LABELS if before.get(n) != after[n])
    return Difference(
        f"调整 {year} 年额度与预算",
        "spending_plan",
        str(year),
        lines,
        ("验证码和资金变动通知不因额度用尽而停发。",),
    )


def apply_plan(session: TenantSession, execution: Execution) -> None:
    """A new revision of the year's plan."""
    year = int(execution.payload["year"])
    current = queries.in_force(session, year)
    session.add(
        SpendingPlan(
            year=year,
            number=current.number + 1 if current is not None else 1,
            origin="change",
            change_id=execution.change_id,
            published_at=clock.now(),
            **Plan.of(execution.payload["plan"]).stored(),
        )
    )
    publish(session, PlanChanged(year))


PLAN = register(
    GuardedKind(
        "budgets.plan",
        "额度与预算调整",
        Permission.BUDGET_EDIT,
        Permission.BUDGET_CHECK,
        describe_plan,
        apply_plan,
    )
)
