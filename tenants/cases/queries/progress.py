"""Where a case stands, in words: steps, days left, what to do now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kernel.calendar import clock
from kernel.calendar.working_days import WorkingDays, working_days
from kernel.db import TenantSession
from tenants.cases.models import CaseState, ServiceCase
from tenants.cases.policy import clock as case_clock
from tenants.cases.policy.rules import WITHDRAWAL
from tenants.cases.policy.states import CLOCK_RUNS, STATE_KIND, STATE_ZH

_TITLES = ("填写申请", "提交受理", "自动核验", "人工审核", "办理结果")
_REACHED = {
    CaseState.DRAFT: 0,
    CaseState.SUBMITTED: 1,
    CaseState.CHECKING: 2,
    CaseState.IN_REVIEW: 3,
    CaseState.SUPPLEMENT: 3,
    CaseState.APPROVED: 4,
    CaseState.PAYOUT_FAILED: 4,
}
_NOW = {
    CaseState.DRAFT: "草稿还没有提交，可以在任一渠道继续填写。",
    CaseState.SUBMITTED: "已收到您的申请，正在排队核验。",
    CaseState.CHECKING: "正在与核心系统核对。",
    CaseState.IN_REVIEW: "核验完成，等待审核人员审核。",
    CaseState.SUPPLEMENT: "请按要求补正后提交，补正期间不计入办理时限。",
    CaseState.APPROVED: "审核通过，正在划款。",
    CaseState.PAYOUT_FAILED: "审核通过，划款暂未成功，经办人员正在处理。",
    CaseState.PAID: "款项已划出，请留意银行到账通知。",
    CaseState.REFUSED: "审核未通过，原因见下。",
    CaseState.CLOSED: "本件已办结。",
    CaseState.WITHDRAWN: "您已撤回本件申请。",
    CaseState.EXPIRED: "超过期限没有提交，本件已失效，需要办理的请重新申请。",
}
WAITING_ZH = "核心系统暂时不能应答，恢复后自动继续，您不需要重新提交。"


@dataclass(frozen=True)
class Progress:
    """A case in words. `steps`: (title, done | current | todo); `days` are in the limit's unit, None without a running clock."""

    state_zh: str
    state_kind: str
    now_zh: str
    steps: Sequence[tuple[str, str]]
    days: int | None
    working: bool
    left_zh: str
    due_on: date | None
    limit_zh: str
    received_zh: str
    overdue: bool


def progress(session: TenantSession, case: ServiceCase) -> Progress:
    """Where a case stands now; asks the calendar only."""
    days = working_days(session)
    left = _left(days, case)
    waiting = bool(case.waiting_for)
    return Progress(
        state_zh=STATE_ZH[case.state],
        state_kind=STATE_KIND[case.state],
        now_zh=WAITING_ZH if waiting else _now(case),
        steps=_steps(case),
        days=left,
        working=case.limit_unit != "calendar_day",
        left_zh=_left_words(case, left),
        due_on=case.due_on if case.state in CLOCK_RUNS else None,
        limit_zh=limit_words(case),
        received_zh=_received(case),
        overdue=case.late or (left is not None and left < 0),
    )


def limit_words(case: ServiceCase) -> str:
    """承诺时限 3 日, as the case keeps it; empty where the item has none."""
    if case.limit_unit is None or case.limit_value is None:
        return ""
    kind = {"committed": "承诺时限", "statutory": "法定时限"}.get(case.limit_kind or "", "办理时限")
    units = {"instant": "即时办结", "working_day": f"{case.limit_value} 个工作日"}
    return f"{kind} {units.get(case.limit_unit, f'{case.limit_value} 日')}"


def _left(days: WorkingDays, case: ServiceCase) -> int | None:
    if case.state not in CLOCK_RUNS or case.due_on is None or case.limit_unit is None:
        return None
    return case_clock.days_left(days, clock.today(), case.due_on, case.limit_unit)


def _left_words(case: ServiceCase, left: int | None) -> str:
    if case.state == CaseState.SUPPLEMENT and case.limit_value is not None:
        rest = max(case.limit_value - case.used_days, 0)
        unit = "个工作日" if case.limit_unit == "working_day" else "日"
        return f"计时已暂停，补正后还有 {rest} {unit}"
    if left is None:
        return ""
    return case_clock.left_words(left, case.limit_unit or "")


def _now(case: ServiceCase) -> str:
    state = CaseState(case.state)
    if state == CaseState.APPROVED and case.business_kind != WITHDRAWAL:
        return "审核通过，正在办结。"
    if state == CaseState.CLOSED and case.decision == "refused":
        return "本件已办结，审核未通过，原因见下。"
    return _NOW[state]


def _steps(case: ServiceCase) -> list[tuple[str, str]]:
    titles = [*_TITLES[:4], "划款到账"] if case.business_kind == WITHDRAWAL else list(_TITLES)
    at = _REACHED.get(CaseState(case.state), len(titles))
    return [
        (title, "done" if number < at else "current" if number == at else "todo")
        for number, title in enumerate(titles)
    ]


def _received(case: ServiceCase) -> str:
    if case.received_on is None or case.submitted_at is None:
        return ""
    submitted = case.submitted_at.astimezone(clock.LOCAL).date()
    if case.received_on == submitted:
        return f"{case.received_on} 收到"
    return f"非办公时间提交，按 {case.received_on} 收到计算"
