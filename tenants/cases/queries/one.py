"""One case opened: what was filled in, its history, receipts, materials. Sealed values come out as Secret or, for its page, as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select

from kernel import vault
from kernel.calendar import clock
from kernel.crypto.errors import CannotDecrypt
from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import RevealPurpose, Secret, reveal
from kernel.db import TenantSession
from tenants.cases.errors import CaseNotFound
from tenants.cases.models import CaseCheck, CaseEvent, CaseMaterial, CaseRating, CaseState, ServiceCase
from tenants.cases.policy import forms
from tenants.cases.policy.rules import rule_sets
from tenants.cases.policy.words import CHANNEL_ZH, OUTCOME_ZH, STEP_KIND, STEP_ZH
from tenants.catalogue import queries as catalogue
from tenants.catalogue.models import ServiceItemRevision

UNREADABLE = "（内容无法读取）"


@dataclass(frozen=True)
class Opened:
    """The person of a case, masked wherever they are shown."""

    name: Secret[str]
    phone: Secret[str]
    person_ref: Secret[str]


@dataclass(frozen=True)
class StepLine:
    """One line of the history."""

    at: datetime
    who: str
    text: str
    note: str
    kind: str
    channel_zh: str


@dataclass(frozen=True)
class CheckLine:
    """A comparison receipt in words; `outcome` is (word, badge)."""

    sentence_zh: str
    compared_zh: str
    outcome: tuple[str, str]
    source_zh: str
    as_of: datetime | None
    checked_at: datetime
    rule_code: str
    rule_version: str


def revision_of(session: TenantSession, case: ServiceCase) -> ServiceItemRevision:
    """The revision that a case runs on; a draft follows the one in force, as long as there is one."""
    if case.state == CaseState.DRAFT:
        now = catalogue.revision_at(session, case.item_code, clock.now())
        if now is not None:
            return now
    return catalogue.revision(session, case.revision_id)


def opened(session: TenantSession, case: ServiceCase) -> Opened:
    """Who applies."""
    return Opened(
        _open(session, "service_case", "name", case.id, case.name, MaskKind.NAME),
        _open(session, "service_case", "phone", case.id, case.phone, MaskKind.PHONE),
        _open(session, "service_case", "person_ref", case.id, case.person_ref, MaskKind.ACCOUNT),
    )


def contact_of(session: TenantSession, case_id: UUID) -> Secret[str]:
    """The phone to which notices about a case go. Raises CaseNotFound."""
    case = case_of_event(session, case_id)
    return vault.of(session).open("service_case", "phone", case.id, case.phone, MaskKind.PHONE)


def case_of_event(session: TenantSession, case_id: UUID) -> ServiceCase:
    """The case that an event names: number, item, state, decision for a notice. Raises CaseNotFound."""
    case = session.scalar(select(ServiceCase).where(ServiceCase.id == case_id))
    if case is None:
        raise CaseNotFound
    return case


def person_ref_of(session: TenantSession, case: ServiceCase) -> str:
    """The core's reference of the applicant, for asking the core."""
    stored = vault.of(session).open("service_case", "person_ref", case.id, case.person_ref, MaskKind.ACCOUNT)
    return reveal(stored, RevealPurpose.CORE_SYSTEM)


def form_text(values: Mapping[str, Any]) -> Secret[str]:
    """What was filled in as the text that is sealed."""
    return Secret(msgspec.json.encode(dict(values)).decode())


def form_of(session: TenantSession, case: ServiceCase) -> dict[str, Any]:
    """What was filled in: data item → value (money in fen). Empty before the first save."""
    if case.form is None:
        return {}
    text = _open(session, "service_case", "form", case.id, case.form)
    try:
        return msgspec.json.decode(reveal(text, RevealPurpose.AUTHORISED_VIEW), type=dict[str, Any])
    except msgspec.DecodeError:
        return {}


def form_lines(session: TenantSession, case: ServiceCase) -> list[tuple[str, str]]:
    """What was filled in, in words, in the order of the form."""
    return forms.lines(revision_of(session, case).item.form, form_of(session, case))


def reason_of(session: TenantSession, case: ServiceCase) -> str:
    """The clerk's words with a decision or a request for more; empty when there are none."""
    return "" if case.reason is None else _text(session, "service_case", "reason", case.id, case.reason)


def timeline(session: TenantSession, case_id: UUID, *, citizen: bool = False) -> list[StepLine]:
    """The history, the oldest first. `citizen`: only the steps that applicants see, clerks without names."""
    statement = select(CaseEvent).where(CaseEvent.case_id == case_id).order_by(CaseEvent.step)
    if citizen:
        statement = statement.where(CaseEvent.citizen_visible)
    return [_line(session, row, citizen) for row in session.scalars(statement)]


def checks(session: TenantSession, case_id: UUID) -> list[CheckLine]:
    """The receipts of the newest round of comparisons."""
    statement = select(CaseCheck).where(CaseCheck.case_id == case_id).order_by(CaseCheck.id)
    rows = session.scalars(statement).all()
    newest = max((row.round for row in rows), default=0)
    shown = sorted((row for row in rows if row.round == newest), key=_place)
    return [_receipt(session, row) for row in shown]


def materials(session: TenantSession, case_id: UUID) -> Sequence[CaseMaterial]:
    """The files handed in, in their order."""
    statement = select(CaseMaterial).where(CaseMaterial.case_id == case_id).order_by(CaseMaterial.id)
    return session.scalars(statement).all()


def rating(session: TenantSession, case_id: UUID) -> tuple[CaseRating, str] | None:
    """The rating and its words; None before there is one."""
    row = session.scalar(select(CaseRating).where(CaseRating.case_id == case_id))
    if row is None:
        return None
    return row, "" if row.words is None else _text(session, "case_rating", "words", row.id, row.words)


def _place(row: CaseCheck) -> int:
    """The place of a receipt's rule in its version; those of a version that is gone stand last."""
    codes = [rule.code for one in rule_sets() if one.version == row.rule_version for rule in one.rules]
    return codes.index(row.rule_code) if row.rule_code in codes else len(codes)


def _line(session: TenantSession, row: CaseEvent, citizen: bool) -> StepLine:
    words = "" if row.words is None else _text(session, "case_event", "words", row.id, row.words)
    who = {"citizen": "本人" if citizen else "申请人", "system": "系统"}.get(row.by_kind, row.by_name)
    if citizen and row.by_kind == "clerk":
        who = "经办人员"
    channel = CHANNEL_ZH.get(row.channel, "")
    text = STEP_ZH.get(row.kind, "办理")
    return StepLine(row.at, who, text, words, STEP_KIND.get(row.kind, "neutral"), channel)


def _receipt(session: TenantSession, row: CaseCheck) -> CheckLine:
    compared = _text(session, "case_check", "compared", row.id, row.compared)
    outcome = OUTCOME_ZH.get(row.outcome, OUTCOME_ZH["unknown"])
    return CheckLine(
        row.sentence_zh, compared, outcome, row.source_zh, row.as_of, row.checked_at, row.rule_code, row.rule_version
    )  # fmt: skip


def _text(session: TenantSession, table: str, column: str, row_id: UUID, stored: bytes) -> str:
    return reveal(_open(session, table, column, row_id, stored), RevealPurpose.AUTHORISED_VIEW)


def _open(
    session: TenantSession,
    table: str,
    column: str,
    row_id: UUID,
    stored: bytes,
    kind: MaskKind = MaskKind.OPAQUE,
) -> Secret[str]:
    """A value that can't be opened (damaged, or its key shredded) must not hide the rest of a page."""
    try:
        return vault.of(session).open(table, column, row_id, stored, kind)
    except CannotDecrypt:
        return Secret(UNREADABLE, kind)
