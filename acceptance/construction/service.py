"""Verbs of construction: plan, report, confirm or return, withdraw, urge and answer. Each change of progress is handed up at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from acceptance.construction import queries
from acceptance.construction.errors import EvidenceDecided, NoPlanYet, OwnEvidence, UrgeAnswered
from acceptance.construction.events import BodyUrged, ProgressHandedUp
from acceptance.construction.events import UrgeAnswered as UrgeAnsweredEvent
from acceptance.construction.models import (
    ConstructionEvidence,
    ConstructionPlan,
    ConstructionStep,
    ConstructionUrge,
    EvidenceState,
)
from acceptance.construction.policy import due_days, guideline, task
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.errors import Invalid
from kernel.events import publish
from kernel.identity.actor import Actor
from kernel.tenancy import tenants


@dataclass(frozen=True)
class PlanIn:
    """What a plan says. Days are of Asia/Shanghai."""

    build_mode: str
    leader_zh: str
    department_zh: str
    contractor_zh: str
    started_on: date
    planned_end_on: date


@dataclass(frozen=True)
class EvidenceIn:
    """What is reported for a step: at least one of note, address and file says something."""

    title_zh: str
    note_zh: str = ""
    address: str = ""
    file_id: UUID | None = None


def make_plan(session: TenantSession, wanted: PlanIn) -> ConstructionPlan:
    """Make the plan with its steps, or change it: due days are proposed anew only for a new plan. Raises Invalid."""
    if wanted.planned_end_on <= wanted.started_on:
        raise Invalid(fields={"planned_end_on": ["应晚于开始日期。"]})
    now, found = clock.now(), queries.plan(session)
    if found is None:
        found = ConstructionPlan(**vars(wanted), changed_at=now)
        session.add(found)
        days = due_days(wanted.started_on, wanted.planned_end_on)
        for each in guideline():
            for position, title in enumerate(each.steps_zh, 1):
                day = days[each.number, position]
                session.add(
                    ConstructionStep(task_number=each.number, position=position, title_zh=title, due_on=day)
                )
        words = "制定建设计划"
    else:
        for name, value in vars(wanted).items():
            setattr(found, name, value)
        found.version, found.changed_at = found.version + 1, now
        words = "调整建设计划"
    session.audit("construction.planned", "construction_plan", session.tenant_id, words)
    hand_up(session)
    return found


def set_due_days(session: TenantSession, task_number: int, days: Mapping[UUID, date]) -> None:
    """Other due days for steps of one task, inside the plan's time. Raises Invalid, NoPlanYet."""
    found = queries.plan(session)
    if found is None:
        raise NoPlanYet
    for row in queries.steps(session, task_number):
        day = days.get(row.step.id, row.step.due_on)
        if not found.started_on <= day <= found.planned_end_on:
            raise Invalid(fields={str(row.step.id): ["应在计划的起止日期之内。"]})
        row.step.due_on = day
    session.audit(
        "construction.rescheduled",
        "construction_task",
        task_number,
        f"调整“{task(task_number).title_zh}”的完成日期",
    )
    hand_up(session)


def report(session: TenantSession, actor: Actor, step_id: UUID, given: EvidenceIn) -> ConstructionEvidence:
    """Report evidence for a step; it counts when somebody else confirmed it. Raises Invalid when it shows nothing."""
    step = queries.step(session, step_id)
    if not (given.note_zh or given.address or given.file_id):
        raise Invalid(fields={"note_zh": ["请上传文件，或填写说明、网址中的一项。"]})
    row = ConstructionEvidence(
        id=uuid7(),
        step_id=step.id,
        **vars(given),
        reported_on=clock.today(),
        reported_at=clock.now(),
        reported_by_person_id=actor.person_id,
        reported_by_name=actor.name,
    )
    session.add(row)
    session.audit(
        "construction.reported",
        "construction_evidence",
        row.id,
        f"填报“{step.title_zh}”的佐证材料",
        step=str(step.id),
    )
    return row


def decide(
    session: TenantSession, actor: Actor, evidence_id: UUID, *, confirm: bool, reason_zh: str = ""
) -> ConstructionEvidence:
    """Confirm evidence or return it with a reason. Raises OwnEvidence, EvidenceDecided, Invalid."""
    row = queries.evidence(session, evidence_id, lock=True)
    if row.state != EvidenceState.REPORTED:
        raise EvidenceDecided
    if row.reported_by_person_id == actor.person_id:
        raise OwnEvidence
    if not confirm and not reason_zh.strip():
        raise Invalid(fields={"reason_zh": ["请写明退回的原因。"]})
    row.state = EvidenceState.CONFIRMED if confirm else EvidenceState.RETURNED
    row.decided_by_person_id, row.decided_by_name = actor.person_id, actor.name
    row.decided_at, row.reason_zh = clock.now(), reason_zh.strip()
    if confirm:
        session.audit("construction.confirmed", "construction_evidence", row.id, f"核实“{row.title_zh}”")
    else:
        session.audit("construction.returned", "construction_evidence", row.id, f"退回“{row.title_zh}”")
    hand_up(session)
    return row


def withdraw(session: TenantSession, actor: Actor, evidence_id: UUID) -> ConstructionEvidence:
    """Take back one's own evidence before it is decided. Raises EvidenceDecided, Invalid."""
    row = queries.evidence(session, evidence_id, lock=True)
    if row.state != EvidenceState.REPORTED:
        raise EvidenceDecided
    if row.reported_by_person_id != actor.person_id:
        raise Invalid(fields={"evidence": ["只能撤回本人填报的材料。"]})
    row.state = EvidenceState.WITHDRAWN
    session.audit("construction.withdrawn", "construction_evidence", row.id, f"撤回“{row.title_zh}”")
    return row


def hand_up(session: TenantSession) -> None:
    """Tell the province how far this body is. Twins and the province itself hand nothing up."""
    around = {each.id: each for each in tenants.tree(session)}
    own, province = (
        around[session.tenant_id],
        next((t for t in around.values() if t.kind == "province"), None),
    )
    session.flush()
    found = queries.plan(session)
    if province is None or own.kind == "province" or own.rehearsal or found is None:
        return
    progress = queries.progress(session, clock.today())
    publish(
        session,
        ProgressHandedUp(
            province.id, own.id, found.build_mode, found.started_on.isoformat(), found.planned_end_on.isoformat(),
            progress.tasks_done, progress.packed(), clock.now().isoformat(),
        ),
    )  # fmt: skip


def send_urge(
    session: TenantSession, actor: Actor, subject_id: UUID, text_zh: str, answer_by_on: date
) -> ConstructionUrge:
    """In the province: urge a body that is below it. Raises Invalid."""
    if not text_zh.strip():
        raise Invalid(fields={"text_zh": ["请写明督办的内容。"]})
    if answer_by_on <= clock.today():
        raise Invalid(fields={"answer_by_on": ["回复期限应晚于今天。"]})
    known = {each.id: each for each in tenants.tree(session)}
    if subject_id not in known or subject_id == session.tenant_id:
        raise Invalid(fields={"subject": ["请从列表中选择机构。"]})
    row = ConstructionUrge(
        urge_id=uuid7(), subject_id=subject_id, text_zh=text_zh.strip(), answer_by_on=answer_by_on,
        sent_at=clock.now(), sent_by_name=actor.name,
    )  # fmt: skip
    session.add(row)
    publish(
        session,
        BodyUrged(
            subject_id,
            row.urge_id,
            row.text_zh,
            answer_by_on.isoformat(),
            row.sent_at.isoformat(),
            actor.name,
        ),
    )
    session.audit(
        "construction.urged", "construction_urge", row.urge_id, f"督办{known[subject_id].name_zh}的建设进度"
    )
    return row


def answer_urge(session: TenantSession, actor: Actor, urge_id: UUID, answer_zh: str) -> ConstructionUrge:
    """In the body: answer once. Raises UrgeAnswered, Invalid, NotFound."""
    row = queries.urge(session, urge_id)
    if row.answered_at is not None:
        raise UrgeAnswered
    if not answer_zh.strip():
        raise Invalid(fields={"answer_zh": ["请填写回复内容。"]})
    row.answer_zh, row.answered_at, row.answered_by_name = answer_zh.strip(), clock.now(), actor.name
    province = next(each for each in tenants.tree(session) if each.kind == "province")
    publish(
        session,
        UrgeAnsweredEvent(province.id, row.urge_id, row.answer_zh, row.answered_at.isoformat(), actor.name),
    )
    session.audit("construction.answered", "construction_urge", row.urge_id, "回复建设督办")
    return row
