"""The payout: asked of the core system with a key, so that it happens once however often our side dies under way."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from kernel import events
from kernel.calendar import clock
from kernel.crypto.secret import Secret
from kernel.db import TenantSession, utc_now
from kernel.identity.actor import Actor
from kernel.jobs.registry import enqueue
from tenants.cases import queries
from tenants.cases.events import CasePaid
from tenants.cases.models import CaseState, ServiceCase
from tenants.cases.policy.forms import AMOUNT
from tenants.cases.service.checking import retry_after
from tenants.cases.service.deciding import close_later, of_desk
from tenants.cases.service.steps import SYSTEM, by_clerk, locked, move, note
from tenants.core_system import service as core_system
from tenants.core_system.errors import CoreUnavailable
from tenants.core_system.ports import Payout, PayoutState

POLL_S = 5


def pay(session: TenantSession, case_id: UUID, attempt: int, tries: int = 0) -> None:
    """Ask the core system to pay an approved case, or what became of it. Comes back by itself until that is clear."""
    case = session.scalar(select(ServiceCase).where(ServiceCase.id == case_id))
    if case is None or case.state != CaseState.APPROVED or case.payout_attempt != attempt:
        return
    core = core_system.of(session)
    try:
        answer = None if core is None else _ask(session, core, case, attempt)
    except CoreUnavailable:
        answer = None
    case = _still(session, case_id, attempt)
    if case is None:
        return
    if answer is None:
        _wait(session, case, attempt, tries)
    else:
        _record(session, case, answer, attempt, tries)


def retry_payout(session: TenantSession, actor: Actor, case_id: UUID) -> ServiceCase:
    """Ask again after the core system refused: a new attempt under a new key. Raises CaseNotFound, WrongState."""
    case = of_desk(session, actor, case_id, (CaseState.PAYOUT_FAILED,))
    move(session, case, CaseState.APPROVED, "payout_retried", by_clerk(actor))
    case.payout_attempt += 1
    case.payout_state, case.payout_no, case.payout_at = "waiting", "", None
    payload = {"case_id": str(case.id), "attempt": case.payout_attempt}
    enqueue(session, "cases.pay", payload, key=f"{case.id}:{case.payout_attempt}")
    session.audit(
        "cases.payout_retried", "case", case.id, f"办件 {case.number} 重新发起划款",
        attempt=case.payout_attempt,
    )  # fmt: skip
    session.flush()
    return case


def close(session: TenantSession, actor: Actor, case_id: UUID) -> ServiceCase:
    """Close a case whose payout will not happen. Raises CaseNotFound, WrongState."""
    case = of_desk(session, actor, case_id, (CaseState.PAYOUT_FAILED,))
    move(session, case, CaseState.CLOSED, "closed", by_clerk(actor))
    case.closed_at = clock.now()
    session.audit("cases.closed", "case", case.id, f"办件 {case.number} 划款未成功，办结")
    session.flush()
    return case


def _ask(
    session: TenantSession, core: core_system.CoreSystem, case: ServiceCase, attempt: int
) -> Payout | None:
    if case.payout_no:
        return core.payout_state(case.payout_no)
    amount = int(queries.form_of(session, case).get(AMOUNT, 0))
    return core.withdraw(queries.person_ref_of(session, case), amount, f"{case.id}:{attempt}")


def _still(session: TenantSession, case_id: UUID, attempt: int) -> ServiceCase | None:
    case = locked(session, case_id, tuple(CaseState))
    return case if case.state == CaseState.APPROVED and case.payout_attempt == attempt else None


def _again(session: TenantSession, case: ServiceCase, attempt: int, tries: int, after: timedelta) -> None:
    payload = {"case_id": str(case.id), "attempt": attempt, "tries": tries + 1}
    enqueue(session, "cases.pay", payload, due_at=utc_now() + after)


def _wait(session: TenantSession, case: ServiceCase, attempt: int, tries: int) -> None:
    _again(session, case, attempt, tries, retry_after(tries))
    if not case.waiting_for:
        case.waiting_for = "core"
        note(session, case, "payout_waiting", SYSTEM)
        session.audit("cases.payout_waiting", "case", case.id, f"办件 {case.number} 等待核心系统恢复后划款")


def _record(session: TenantSession, case: ServiceCase, answer: Payout, attempt: int, tries: int) -> None:
    case.waiting_for = ""
    known = case.payout_state
    case.payout_no, case.payout_state, case.payout_at = answer.core_no, answer.state, clock.now()
    if answer.state == PayoutState.ACCEPTED:
        _again(session, case, attempt, tries, timedelta(seconds=POLL_S))
        if known == "waiting":
            note(session, case, "payout_asked", SYSTEM)
        words = f"办件 {case.number} 的划款指令核心系统已受理"
    elif answer.state == PayoutState.PAID:
        move(session, case, CaseState.PAID, "paid", SYSTEM)
        close_later(session, case)
        events.publish(session, CasePaid(case.id))
        words = f"办件 {case.number} 款项已划出"
    else:
        said = Secret(answer.words_zh) if answer.words_zh else None
        move(session, case, CaseState.PAYOUT_FAILED, "payout_failed", SYSTEM, words=said)
        words = f"办件 {case.number} 划款未成功"
    session.audit(
        "cases.payout", "case", case.id, words, state=answer.state, core_no=answer.core_no, attempt=attempt
    )
    session.flush()
