"""The automatic check: asks the core system, leaves receipts, hands the case to a clerk or, where that is set, decides it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from kernel import events, vault
from kernel.calendar import clock
from kernel.crypto.secret import Secret
from kernel.db import TenantSession, utc_now
from kernel.db.ids import uuid7
from kernel.jobs.registry import enqueue
from kernel.tenancy.models import OrgUnit
from tenants.cases import queries
from tenants.cases.events import CaseDecided
from tenants.cases.models import CaseCheck, CaseSetting, CaseState, CheckOutcome, ServiceCase
from tenants.cases.policy import rules
from tenants.cases.service.deciding import closed_or_paid
from tenants.cases.service.steps import SYSTEM, move, note
from tenants.catalogue.policy.content import ItemContent
from tenants.core_system import service as core_system
from tenants.core_system.errors import CoreUnavailable
from tenants.core_system.ports import Balance, PersonRef

RETRY_S = 20
LONGEST_RETRY_S = 300
AUTOMATIC_NAME = "自动审核"


def check(session: TenantSession, case_id: UUID, round_: int, attempt: int = 0) -> None:
    """Compare a handed-in case; again later when the core system does not answer. Does nothing for an older round."""
    case = session.scalar(select(ServiceCase).where(ServiceCase.id == case_id))
    if (
        case is None
        or case.check_round != round_
        or case.state not in (CaseState.SUBMITTED, CaseState.CHECKING)
    ):
        return
    wanted = rules.rule_set(case.rules_version).for_kind(case.business_kind)
    try:
        facts = _facts(session, case, wanted)
    except CoreUnavailable:
        _wait(session, case_id, round_, attempt)
        return
    locked = _still(session, case_id, round_)
    if locked is None:
        return
    if locked.state == CaseState.SUBMITTED:
        move(session, locked, CaseState.CHECKING, "check_started", SYSTEM, visible=False)
    locked.waiting_for = ""
    receipts = rules.compare(wanted, facts)
    _keep(session, locked, receipts)
    locked.unit_id = _unit(session, facts.person) or locked.unit_id
    _finish(session, locked, facts, receipts)


def _facts(session: TenantSession, case: ServiceCase, wanted: Sequence[rules.Rule]) -> rules.Facts:
    item = queries.revision_of(session, case).item
    form, missing = queries.form_of(session, case), list(case.deferred_materials)
    core = core_system.of(session)
    if core is None or not rules.needs_core(wanted):
        return rules.Facts(form, missing, item.deferred_material, connected=core is not None)
    ref = queries.person_ref_of(session, case)
    person: PersonRef | None = core.person(ref)
    balance: Balance | None = None
    if person is not None and any(rule.check == "balance_covers" for rule in wanted):
        balance = core.balance(ref)
    return rules.Facts(form, missing, item.deferred_material, True, core.label_zh, person, balance)


def _wait(session: TenantSession, case_id: UUID, round_: int, attempt: int) -> None:
    """The core system is away: the case waits where it is, its page says so, and the work comes back by itself."""
    case = _still(session, case_id, round_)
    if case is None:
        return
    if case.state == CaseState.SUBMITTED:
        move(session, case, CaseState.CHECKING, "check_started", SYSTEM, visible=False)
    if not case.waiting_for:  # once for each outage, so that the history is not filled with tries
        case.waiting_for = "core"
        note(session, case, "check_waiting", SYSTEM)
        session.audit("cases.check_waiting", "case", case.id, f"办件 {case.number} 等待核心系统恢复")
    payload = {"case_id": str(case_id), "round": round_, "attempt": attempt + 1}
    enqueue(session, "cases.check", payload, due_at=utc_now() + retry_after(attempt))


def retry_after(attempt: int) -> timedelta:
    """20 s, 40 s, …, at most five minutes."""
    return timedelta(seconds=min(RETRY_S * 2 ** min(attempt, 10), LONGEST_RETRY_S))


def _still(session: TenantSession, case_id: UUID, round_: int) -> ServiceCase | None:
    """The case, locked, unless it went on while the core system was asked."""
    case = session.scalar(
        select(ServiceCase)
        .where(
            ServiceCase.id == case_id,
            ServiceCase.check_round == round_,
            ServiceCase.state.in_((CaseState.SUBMITTED, CaseState.CHECKING)),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return case


def _keep(session: TenantSession, case: ServiceCase, receipts: Sequence[rules.Receipt]) -> None:
    seal, now = vault.of(session).seal, clock.now()
    for receipt in receipts:
        row_id = uuid7()
        session.add(
            CaseCheck(
                id=row_id, case_id=case.id, account_id=case.account_id, round=case.check_round,
                rule_code=receipt.rule.code, rule_version=case.rules_version, sentence_zh=receipt.rule.sentence_zh,
                outcome=receipt.outcome, source_zh=receipt.source_zh, as_of=receipt.as_of, checked_at=now,
                compared=seal("case_check", "compared", row_id, Secret(receipt.compared_zh)),
            )
        )  # fmt: skip


def _finish(
    session: TenantSession, case: ServiceCase, facts: rules.Facts, receipts: Sequence[rules.Receipt]
) -> None:
    passed = sum(receipt.outcome == CheckOutcome.PASSED for receipt in receipts)
    item = queries.revision_of(session, case).item
    if passed == len(receipts) and _decides_itself(session, case, item):
        move(session, case, CaseState.APPROVED, "approved_automatically", SYSTEM)
        case.decision, case.decided_at, case.decided_name = "approved", clock.now(), AUTOMATIC_NAME
        closed_or_paid(session, case)
        events.publish(session, CaseDecided(case.id))
        words = f"办件 {case.number} 自动核验 {passed} 项全部通过，自动办理"
    else:
        step = "checked" if facts.connected else "not_connected"
        move(session, case, CaseState.IN_REVIEW, step, SYSTEM)
        words = f"办件 {case.number} 自动核验 {len(receipts)} 项，相符 {passed} 项，转人工审核"
    session.audit(
        "cases.checked", "case", case.id, words,
        rules=case.rules_version, passed=passed, count=len(receipts),
    )  # fmt: skip
    session.flush()


def _decides_itself(session: TenantSession, case: ServiceCase, item: ItemContent) -> bool:
    if not item.automatic_check or case.deferred_materials:
        return False
    setting = session.scalar(select(CaseSetting.automatic_kinds))
    return case.business_kind in (rules.AUTOMATIC_KINDS if setting is None else setting)


def _unit(session: TenantSession, person: PersonRef | None) -> UUID | None:
    """The 管理部 that keeps the account, if the centre has one of that code."""
    if person is None or not person.unit_code:
        return None
    return session.scalar(select(OrgUnit.id).where(OrgUnit.code == person.unit_code))
