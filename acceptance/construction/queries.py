"""Rows behind the pages: a body's plan, steps and evidence; the province's list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from acceptance.construction.models import (
    ConstructionEvidence,
    ConstructionPlan,
    ConstructionProgress,
    ConstructionStep,
    ConstructionUrge,
    EvidenceState,
)
from acceptance.construction.policy import Progress, StepFacts, progress_of
from kernel.db import TenantSession
from kernel.errors import NotFound
from tenants.registry.models import RegisteredCentre

SORTS = {
    "late": ConstructionProgress.days_late,
    "steps_late": ConstructionProgress.steps_late,
    "done": ConstructionProgress.tasks_done,
    "end": ConstructionProgress.planned_end_on,
    "code": RegisteredCentre.code,
}


@dataclass(frozen=True)
class StepRow:
    """A step with its evidence, newest first, and the day on which it was done."""

    step: ConstructionStep
    evidence: Sequence[ConstructionEvidence]
    done_on: date | None


def plan(session: TenantSession) -> ConstructionPlan | None:
    """The body's own plan."""
    return session.scalar(select(ConstructionPlan))


def progress(session: TenantSession, today: date) -> Progress:
    """How far the body is: one query."""
    done_on = func.min(ConstructionEvidence.reported_on).filter(
        ConstructionEvidence.state == EvidenceState.CONFIRMED
    )
    rows = session.execute(
        select(ConstructionStep.task_number, ConstructionStep.due_on, done_on)
        .outerjoin(
            ConstructionEvidence,
            (ConstructionEvidence.tenant_id == ConstructionStep.tenant_id)
            & (ConstructionEvidence.step_id == ConstructionStep.id),
        )
        .group_by(ConstructionStep.tenant_id, ConstructionStep.id)
    )
    return progress_of((StepFacts(*row) for row in rows), today)


def steps(session: TenantSession, task_number: int) -> list[StepRow]:
    """One task's steps with their evidence: two queries."""
    found = session.scalars(
        select(ConstructionStep)
        .where(ConstructionStep.task_number == task_number)
        .order_by(ConstructionStep.position)
    ).all()
    evidence: dict[UUID, list[ConstructionEvidence]] = defaultdict(list)
    for row in session.scalars(
        select(ConstructionEvidence)
        .where(ConstructionEvidence.step_id.in_([step.id for step in found]))
        .order_by(ConstructionEvidence.reported_at.desc())
    ):
        evidence[row.step_id].append(row)
    return [StepRow(step, evidence[step.id], _done_on(evidence[step.id])) for step in found]


def step(session: TenantSession, step_id: UUID) -> ConstructionStep:
    """One step. Raises NotFound."""
    found: ConstructionStep = _one(session, select(ConstructionStep).where(ConstructionStep.id == step_id))
    return found


def evidence(session: TenantSession, evidence_id: UUID, *, lock: bool = False) -> ConstructionEvidence:
    """One piece of evidence. Raises NotFound."""
    statement = select(ConstructionEvidence).where(ConstructionEvidence.id == evidence_id)
    found: ConstructionEvidence = _one(session, statement.with_for_update() if lock else statement)
    return found


def waiting(session: TenantSession) -> Mapping[int, int]:
    """Pieces of evidence that wait for a second person, by task."""
    rows = session.execute(
        select(ConstructionStep.task_number, func.count())
        .join(
            ConstructionEvidence,
            (ConstructionEvidence.tenant_id == ConstructionStep.tenant_id)
            & (ConstructionEvidence.step_id == ConstructionStep.id),
        )
        .where(ConstructionEvidence.state == EvidenceState.REPORTED)
        .group_by(ConstructionStep.task_number)
    )
    return {number: count for number, count in rows}


def urges(session: TenantSession, subject_id: UUID) -> Sequence[ConstructionUrge]:
    """Urgings of that body, newest first; on either side."""
    return session.scalars(
        select(ConstructionUrge)
        .where(ConstructionUrge.subject_id == subject_id)
        .order_by(ConstructionUrge.sent_at.desc())
        .limit(20)
    ).all()


def urge(session: TenantSession, urge_id: UUID) -> ConstructionUrge:
    """One of them, locked for its answer. Raises NotFound."""
    statement = select(ConstructionUrge).where(ConstructionUrge.urge_id == urge_id).with_for_update()
    found: ConstructionUrge = _one(session, statement)
    return found


def urge_shown(session: TenantSession, urge_id: UUID) -> ConstructionUrge:
    """One of them for a page. Raises NotFound."""
    found: ConstructionUrge = _one(
        session, select(ConstructionUrge).where(ConstructionUrge.urge_id == urge_id)
    )
    return found


def handed_up(*, mode: str = "", late: bool = False, sort: str = "late", descending: bool = True) -> Select:  # type: ignore[type-arg]
    """The province's list: registered bodies with what they handed up, those without last."""
    statement = select(RegisteredCentre, ConstructionProgress).outerjoin(
        ConstructionProgress,
        (ConstructionProgress.tenant_id == RegisteredCentre.tenant_id)
        & (ConstructionProgress.subject_id == RegisteredCentre.subject_id),
    )
    if mode:
        statement = statement.where(RegisteredCentre.build_mode == mode)
    if late:
        statement = statement.where(ConstructionProgress.steps_late > 0)
    column = SORTS[sort]
    ordered = column.desc() if descending else column.asc()
    return statement.order_by(ordered.nulls_last(), RegisteredCentre.code)


def progress_of_body(session: TenantSession, subject_id: UUID) -> ConstructionProgress | None:
    """What one body handed up."""
    return session.scalar(select(ConstructionProgress).where(ConstructionProgress.subject_id == subject_id))


def counts(session: TenantSession) -> dict[str, int]:
    """For the cards of the province's list: one query."""
    row = session.execute(
        select(
            func.count().label("reporting"),
            func.count().filter(ConstructionProgress.steps_late > 0).label("late"),
            func.count().filter(ConstructionProgress.tasks_done == 20).label("finished"),
            func.coalesce(func.sum(ConstructionProgress.steps_late), 0).label("steps_late"),
        )
    ).one()
    return {name: int(value) for name, value in row._mapping.items()}


def _one(session: TenantSession, statement: Any) -> Any:
    found = session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def _done_on(rows: Sequence[ConstructionEvidence]) -> date | None:
    return min((row.reported_on for row in rows if row.state == EvidenceState.CONFIRMED), default=None)
