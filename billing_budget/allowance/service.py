"""The rule about caps, a guarded operation; and keeping months in step with the plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import case, or_, update
from sqlalchemy.sql import null

from billing_budget.allowance import queries
from billing_budget.allowance.models import AllowanceRule, SmsAllowance
from billing_budget.allowance.policy import RULE_ZH
from billing_budget.budgets import queries as budgets
from billing_budget.budgets.events import PlanChanged
from kernel.approvals.kinds import Difference, Execution, GuardedKind, Line, register
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.events import on
from kernel.permissions import Permission


def describe_rule(session: TenantSession, payload: Mapping[str, Any]) -> Difference:
    """Payload: hard. Raises ValueError for anything but a yes or no."""
    wanted = _wanted(payload)
    current = queries.rule(session)
    before = current.hard if current is not None else False
    lines = (Line("超过额度时", RULE_ZH[before], RULE_ZH[wanted]),) if before is not wanted else ()
    consequences = ["批准后立即对本月和以后的月份生效。", "验证码和资金变动通知不因额度用尽而停发。"]
    month = queries.month(session, f"{clock.today():%Y-%m}")
    if wanted and month.cap is not None and month.taken >= month.cap:
        consequences.insert(0, "本月额度已经用完，批准后其他短信将立即停发。")
    return Difference("调整短信额度控制方式", "allowance_rule", "*", lines, tuple(consequences))


def apply_rule(session: TenantSession, execution: Execution) -> None:
    """A new revision of the rule; months that run or are to come follow it."""
    wanted, current = _wanted(execution.payload), queries.rule(session)
    session.add(
        AllowanceRule(
            number=current.number + 1 if current is not None else 1,
            hard=wanted,
            change_id=execution.change_id,
            published_at=clock.now(),
        )  # fmt: skip
    )
    session.execute(
        update(SmsAllowance)
        .where(SmsAllowance.month >= f"{clock.today():%Y-%m}")
        .values(hard=wanted)
        .execution_options(synchronize_session=False)
    )


@on(PlanChanged)
def follow_plan(session: TenantSession, event: PlanChanged) -> None:
    """The running and coming months of that year take the plan's cap; a warning that no longer holds is taken back."""
    plan = budgets.in_force(session, event.year)
    if plan is None:
        return
    taken = SmsAllowance.used_segments + SmsAllowance.reserved_segments
    below = taken * 100 < plan.sms_monthly * plan.warn_percent
    session.execute(
        update(SmsAllowance)
        .where(
            SmsAllowance.month.between(f"{event.year}-01", f"{event.year}-12"),
            SmsAllowance.month >= f"{clock.today():%Y-%m}",
            or_(SmsAllowance.cap_segments.is_distinct_from(plan.sms_monthly), SmsAllowance.warn_percent != plan.warn_percent),
        )
        .values(
            cap_segments=plan.sms_monthly, warn_percent=plan.warn_percent,
            warned_at=case((below, null()), else_=SmsAllowance.warned_at),
            over_at=case((taken <= plan.sms_monthly, null()), else_=SmsAllowance.over_at),
            stopped_at=case((taken < plan.sms_monthly, null()), else_=SmsAllowance.stopped_at),
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip


def _wanted(payload: Mapping[str, Any]) -> bool:
    wanted = payload["hard"]
    if not isinstance(wanted, bool):
        raise ValueError("hard is a yes or no")
    return wanted


RULE = register(
    GuardedKind(
        "allowance.rule",
        "短信额度控制方式调整",
        Permission.BUDGET_EDIT,
        Permission.BUDGET_CHECK,
        describe_rule,
        apply_rule,
    )
)
