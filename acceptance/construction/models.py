"""A body's plan, steps and evidence; at the province the progress that each body handed up; on both sides the urging."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own, tenant_fk
from kernel.storage.models import StoredFile


class EvidenceState(StrEnum):
    """What became of a piece of evidence. Only confirmed ones count."""

    REPORTED = "reported"
    CONFIRMED = "confirmed"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


class ConstructionPlan(Own, Base):
    """One row a body: who leads, who builds, from when to when."""

    __tablename__ = "construction_plan"
    __table_args__ = (
        UniqueConstraint("tenant_id", name="uq_construction_plan_tenant_id"),
        CheckConstraint("planned_end_on > started_on", name="days"),
    )

    build_mode: Mapped[str]
    leader_zh: Mapped[str]
    department_zh: Mapped[str]
    contractor_zh: Mapped[str]
    started_on: Mapped[date]
    planned_end_on: Mapped[date]
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime]


class ConstructionStep(Own, Base):
    """One sub-task of a guideline task, with the day until which it should be done."""

    __tablename__ = "construction_step"
    __table_args__ = (
        UniqueConstraint("tenant_id", "task_number", "position", name="uq_construction_step_position"),
        CheckConstraint("task_number between 1 and 20", name="task"),
    )

    task_number: Mapped[int]
    position: Mapped[int]
    title_zh: Mapped[str]
    due_on: Mapped[date]


class ConstructionEvidence(Own, Base):
    """What shows that a step is done: a file, an address or a description. Decided by somebody who did not report it."""

    __tablename__ = "construction_evidence"
    __rights__ = ("select", "insert", "update")
    __table_args__ = (
        tenant_fk("step_id", "construction_step", name="fk_construction_evidence_step"),
        tenant_fk("file_id", StoredFile.__tablename__, name="fk_construction_evidence_file"),
        Index("ix_construction_evidence_step", "tenant_id", "step_id"),
        Index("ix_construction_evidence_file", "tenant_id", "file_id"),
        CheckConstraint("state in ('reported', 'confirmed', 'returned', 'withdrawn')", name="state"),
        CheckConstraint("decided_by_person_id <> reported_by_person_id", name="four_eyes"),
        CheckConstraint(
            "(state in ('confirmed', 'returned')) = (decided_by_person_id is not null)", name="decided"
        ),
    )

    step_id: Mapped[UUID]
    title_zh: Mapped[str]
    note_zh: Mapped[str]
    address: Mapped[str]
    file_id: Mapped[UUID | None] = mapped_column(default=None)
    state: Mapped[str] = mapped_column(default=EvidenceState.REPORTED)
    reported_on: Mapped[date]
    reported_at: Mapped[datetime]
    reported_by_person_id: Mapped[UUID]
    reported_by_name: Mapped[str]
    decided_by_person_id: Mapped[UUID | None] = mapped_column(default=None)
    decided_by_name: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    reason_zh: Mapped[str] = mapped_column(default="")


class ConstructionUrge(Own, Base):
    """A word from the province about lateness: a row on each side. `urge_id` is the same on both."""

    __tablename__ = "construction_urge"
    __table_args__ = (
        UniqueConstraint("tenant_id", "urge_id", name="uq_construction_urge_urge_id"),
        Index("ix_construction_urge_subject", "tenant_id", "subject_id"),
    )

    urge_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    text_zh: Mapped[str]
    answer_by_on: Mapped[date]
    sent_at: Mapped[datetime]
    sent_by_name: Mapped[str]
    answer_zh: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_by_name: Mapped[str] = mapped_column(default="")


class ConstructionProgress(Own, Base):
    """At the province: how far one body is, as it handed it up. `tasks`: [number, steps done, steps, late days] for each of the 20."""

    __tablename__ = "construction_progress"
    __readers__ = ("gjj_province_reader",)
    __table_args__ = (UniqueConstraint("tenant_id", "subject_id", name="uq_construction_progress_subject"),)

    subject_id: Mapped[UUID]
    build_mode: Mapped[str]
    started_on: Mapped[date]
    planned_end_on: Mapped[date]
    steps_done: Mapped[int]
    steps_total: Mapped[int]
    steps_late: Mapped[int]
    days_late: Mapped[int]
    tasks_done: Mapped[int]
    tasks: Mapped[list[Any]] = mapped_column(JSONB)
    handed_up_at: Mapped[datetime]
