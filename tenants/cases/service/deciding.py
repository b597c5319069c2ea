"""The clerk's part: take a case, ask for more, decide. A decision is final: it is told to the applicant and paid at once."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from kernel import events, vault
from kernel.calendar import clock
from kernel.calendar.working_days import working_days
from kernel.crypto.secret import Secret
from kernel.db import TenantSession, utc_now
from kernel.errors import Invalid
from kernel.identity.actor import Actor
from kernel.jobs.registry import enqueue
from tenants.cases import queries
from tenants.cases.errors import CaseNotFound, NotTakenByYou
from tenants.cases.events import CaseDecided, CaseSupplementAsked
from tenants.cases.models import CaseState, ServiceCase
from tenants.cases.policy import clock as case_clock
from tenants.cases.policy.rules import WITHDRAWAL
from tenants.cases.service.steps import By, by_clerk, locked, move, note

LONGEST = 500
CLOSES_AFTER_DAYS = 7


def take(session: TenantSession, actor: Actor, case_id: UUID) -> ServiceCase:
    """Begin to review a case, also one that a colleague has taken: the history says so."""
    case = of_desk(session, actor, case_id, (CaseState.IN_REVIEW,))
    over = case.taken_person_id is not None and case.taken_person_id != actor.person_id
    case.taken_person_id, case.taken_name, case.taken_at = actor.person_id, actor.name, clock.now()
    note(session, case, "taken_over" if over else "taken", by_clerk(actor), visible=not over)
    word = "接手" if over else "受理"
    session.audit("cases.taken", "case", case.id, f"{word}办件 {case.number}（{case.item_name_zh}）")
    session.flush()
    return case


def ask_supplement(session: TenantSession, actor: Actor, case_id: UUID, words: str) -> ServiceCase:
    """Ask the applicant for more, in words that they read; the clock stands still. Raises Invalid (`words`), NotTakenByYou."""
    said = _words(words, required="请写明需要补正什么、怎样补正。")
    case = _mine(session, actor, case_id)
    _stop_clock(session, case)
    days = working_days(session)
    case.expires_on = days.add(clock.today(), case_clock.SUPPLEMENT_WORKING_DAYS)
    case.reason = vault.of(session).seal("service_case", "reason", case.id, Secret(said))
    move(session, case, CaseState.SUPPLEMENT, "supplement_asked", by_clerk(actor), words=Secret(said))
    events.publish(session, CaseSupplementAsked(case.id))
    enqueue(
        session, "cases.expire", {"case_id": str(case.id)},
        due_at=utc_now() + (case.expires_on - clock.today() + case_clock.ONE_DAY),
    )  # fmt: skip
    session.audit("cases.supplement_asked", "case", case.id, f"办件 {case.number} 要求补正")
    session.flush()
    return case


def decide(session: TenantSession, actor: Actor, case_id: UUID, verdict: str, words: str = "") -> ServiceCase:
    """Approve or refuse, once and for good. `verdict` is approve or refuse; a refusal needs words with the provision it rests on.

    Raises Invalid (`verdict`, `words`), NotTakenByYou, CaseNotFound, WrongState.
    """
    if verdict not in ("approve", "refuse"):
        raise Invalid(fields={"verdict": ["请选择审核结论。"]})
    refuse = verdict == "refuse"
    said = _words(words, required="请写明不予通过的原因和依据，申请人会看到。" if refuse else "")
    case = _mine(session, actor, case_id)
    case.late = case.late or _is_late(case)
    to, step = (CaseState.REFUSED, "refused") if refuse else (CaseState.APPROVED, "approved")
    move(session, case, to, step, by_clerk(actor), words=Secret(said) if said else None)
    case.decision, case.decided_at = ("refused" if refuse else "approved"), clock.now()
    case.decided_person_id, case.decided_name = actor.person_id, actor.name
    case.reason = vault.of(session).seal("service_case", "reason", case.id, Secret(said)) if said else None
    closed_or_paid(session, case)
    events.publish(session, CaseDecided(case.id))
    word = "审核未通过" if refuse else "审核通过"
    session.audit(
        "cases.refused" if refuse else "cases.approved", "case", case.id, f"办件 {case.number}（{case.item_name_zh}）{word}",
        item=case.item_code, late=case.late,
    )  # fmt: skip
    session.flush()
    return case


def closed_or_paid(session: TenantSession, case: ServiceCase) -> None:
    """What follows a decision: a payout, closing at once, or closing after a week in which the applicant reads the reason."""
    if case.state == CaseState.REFUSED:
        close_later(session, case)
    elif case.business_kind == WITHDRAWAL:
        case.payout_state, case.payout_attempt = "waiting", 1
        enqueue(session, "cases.pay", {"case_id": str(case.id), "attempt": 1}, key=f"{case.id}:1")
    else:
        move(session, case, CaseState.CLOSED, "closed", By("system", name="系统"))
        case.closed_at = clock.now()


def close_later(session: TenantSession, case: ServiceCase) -> None:
    """Close a case a week from now."""
    due_at = utc_now() + case_clock.ONE_DAY * CLOSES_AFTER_DAYS
    enqueue(session, "cases.close", {"case_id": str(case.id)}, due_at=due_at)


def of_desk(session: TenantSession, actor: Actor, case_id: UUID, states: tuple[str, ...]) -> ServiceCase:
    """A case that this clerk may see, locked. Raises CaseNotFound for one of another 管理部."""
    unit_id = queries.unit_limit(session, actor)
    seen = session.execute(select(ServiceCase.unit_id).where(ServiceCase.id == case_id)).first()
    if seen is None or (unit_id is not None and seen.unit_id != unit_id):
        raise CaseNotFound
    return locked(session, case_id, states)


def _mine(session: TenantSession, actor: Actor, case_id: UUID) -> ServiceCase:
    case = of_desk(session, actor, case_id, (CaseState.IN_REVIEW,))
    if case.taken_person_id != actor.person_id:
        raise NotTakenByYou
    return case


def _words(words: str, *, required: str) -> str:
    said = words.strip()
    if required and len(said) < 5:
        raise Invalid(fields={"words": [required]})
    if len(said) > LONGEST:
        raise Invalid(fields={"words": [f"说明不超过 {LONGEST} 个字。"]})
    return said


def _is_late(case: ServiceCase) -> bool:
    return case.due_on is not None and clock.today() > case.due_on


def _stop_clock(session: TenantSession, case: ServiceCase) -> None:
    """Count what was used until today; being late once is not undone by a supplement."""
    case.late = case.late or _is_late(case)
    if case.running_since is not None and case.limit_unit is not None:
        days = working_days(session)
        case.used_days += case_clock.used_between(days, case.running_since, clock.today(), case.limit_unit)
    case.running_since = case.due_on = None
