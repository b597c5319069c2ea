"""Filling in, handing in, taking back: the applicant's part. A draft is the same on every channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from kernel import events, vault
from kernel.calendar import clock
from kernel.calendar.working_days import working_days
from kernel.db import TenantSession
from kernel.errors import Invalid
from kernel.jobs.registry import enqueue
from tenants.cases import queries
from tenants.cases.errors import SavedElsewhere
from tenants.cases.events import CaseSubmitted
from tenants.cases.models import CaseMaterial, CaseState, ServiceCase
from tenants.cases.policy import clock as case_clock
from tenants.cases.policy import forms, rules
from tenants.cases.policy.states import EDITABLE, WITHDRAWABLE
from tenants.cases.ports import Party
from tenants.cases.service.offering import offered_to
from tenants.cases.service.steps import by_party, move, own_case
from tenants.catalogue.models import ServiceItemRevision
from tenants.catalogue.policy.content import ItemContent


def save(
    session: TenantSession, party: Party, case_id: UUID, form: Mapping[str, Any], version: int
) -> ServiceCase:
    """Keep what was filled in, also when it is not complete. `version` is the one that was opened.

    Raises Invalid with `fields` (data item → sentences), SavedElsewhere, CaseNotFound, WrongState.
    """
    case = own_case(session, party, case_id, EDITABLE)
    values = forms.cleaned(form)
    if wrong := forms.faults(queries.revision_of(session, case).item.form, values, complete=False):
        raise Invalid(fields=wrong)
    stored = vault.of(session).seal("service_case", "form", case.id, queries.form_text(values))
    kept = session.execute(
        update(ServiceCase)
        .where(ServiceCase.id == case.id, ServiceCase.version == version)
        .values(form=stored, version=version + 1, saved_at=clock.now(), channel_last=party.channel)
        .returning(ServiceCase.version)
        .execution_options(synchronize_session=False)
    ).scalar()
    if kept is None:
        raise SavedElsewhere
    session.refresh(case)
    session.audit("cases.saved", "case", case.id, f"保存办件 {case.number} 的申请内容", channel=party.channel)
    return case


def submit(session: TenantSession, party: Party, case_id: UUID, version: int | None = None) -> ServiceCase:
    """Hand in a draft, or what was asked for. The revision in force now and its limit are the case's from now on.

    Raises Invalid (`fields`: data items, `materials`), SavedElsewhere, NotOffered, LevelTooLow, CaseNotFound, WrongState.
    """
    case = own_case(session, party, case_id, EDITABLE)
    if version is not None and case.version != version:
        raise SavedElsewhere
    first = case.state == CaseState.DRAFT
    row = offered_to(session, party, case.item_code) if first else queries.revision_of(session, case)
    case.deferred_materials = _checked(session, case, row.item)
    case.channel_last, case.level = party.channel, max(party.level, case.level)
    if first:
        _bind(case, row)
    _run_clock(session, case, first=first)
    case.check_round += 1
    move(session, case, CaseState.SUBMITTED, "submitted" if first else "supplemented", by_party(party))
    events.publish(session, CaseSubmitted(case.id))
    enqueue(session, "cases.check", {"case_id": str(case.id), "round": case.check_round})
    session.audit(
        "cases.submitted", "case", case.id, f"提交办件 {case.number}（{case.item_name_zh}）",
        item=case.item_code, channel=party.channel, revision=case.revision_number,
    )  # fmt: skip
    session.flush()
    return case


def withdraw(session: TenantSession, party: Party, case_id: UUID) -> ServiceCase:
    """Take a case back while it is not decided. Raises CaseNotFound, WrongState."""
    case = own_case(session, party, case_id, WITHDRAWABLE)
    move(session, case, CaseState.WITHDRAWN, "withdrawn", by_party(party))
    case.closed_at, case.waiting_for, case.channel_last = clock.now(), "", party.channel
    session.audit("cases.withdrawn", "case", case.id, f"撤回办件 {case.number}", channel=party.channel)
    session.flush()
    return case


def _checked(session: TenantSession, case: ServiceCase, item: ItemContent) -> list[str]:
    """The materials that may follow later. Raises Invalid for a form or materials that are not complete."""
    wrong: dict[str, list[str]] = dict(forms.faults(item.form, queries.form_of(session, case)))
    handed_in = set(session.scalars(select(CaseMaterial.material).where(CaseMaterial.case_id == case.id)))
    missing = [
        material.name_zh
        for material in item.materials
        if material.source == "upload" and material.required == "y" and material.name_zh not in handed_in
    ]
    if missing and not item.deferred_material:
        wrong["materials"] = [f"请上传{name}。" for name in missing]
    if wrong:
        raise Invalid(fields=wrong)
    return missing


def _bind(case: ServiceCase, row: ServiceItemRevision) -> None:
    """From the day of handing in on, what is published later changes nothing for this case (新老划断)."""
    item, day = row.item, clock.today()
    case.revision_id, case.revision_number = row.id, row.number
    case.item_name_zh, case.business_kind = item.name_zh, item.business_kind
    case.rules_version = rules.rule_set_on(day).version
    committed, statutory = item.limit_on("committed", day), item.limit_on("statutory", day)
    case.statutory_words_zh = statutory.words if statutory is not None else ""
    if (limit := committed or statutory) is not None:
        case.limit_kind, case.limit_value, case.limit_unit = limit.kind, limit.value, limit.unit
        case.limit_basis_zh = limit.public_basis_zh
    case.submitted_at = clock.now()


def _run_clock(session: TenantSession, case: ServiceCase, *, first: bool) -> None:
    days = working_days(session)
    case.running_since = case_clock.received_on(days, clock.now())
    case.expires_on = None
    if first:
        case.received_on = case.running_since
    if case.limit_unit is not None and case.limit_value is not None:
        case.due_on = case_clock.due_on(
            days, case.running_since, case.limit_value, case.limit_unit, case.used_days
        )
