"""Findings, answers and rechecks: the same rows on both sides, written by one and handed over to the other."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own, tenant_fk


class FindingState(StrEnum):
    """`draft`: not issued yet; `noted`: advice that needs no answer."""

    DRAFT = "draft"
    DROPPED = "dropped"
    NOTED = "noted"
    OPEN = "open"
    ANSWERED = "answered"
    FAILED = "failed"
    PASSED = "passed"


class Finding(Own, Base):
    """One finding. `must`: to be rectified; `number` from 1 once issued. `finding_id` is the same on both sides."""

    __tablename__ = "acceptance_finding"
    __rights__ = ("select", "insert", "update")
    __table_args__ = (
        UniqueConstraint("tenant_id", "finding_id", name="uq_acceptance_finding_finding_id"),
        Index("ix_acceptance_finding_assessment", "tenant_id", "assessment_id", "number"),
        CheckConstraint(
            "state in ('draft', 'dropped', 'noted', 'open', 'answered', 'failed', 'passed')", name="state"
        ),
        CheckConstraint("must or state in ('draft', 'dropped', 'noted')", name="advice"),
    )

    finding_id: Mapped[UUID]
    assessment_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(default=0)
    item_code: Mapped[str]
    text_zh: Mapped[str]
    must: Mapped[bool]
    state: Mapped[str] = mapped_column(default=FindingState.DRAFT)
    author_person_id: Mapped[UUID]
    author_name: Mapped[str]
    written_at: Mapped[datetime]
    due_on: Mapped[date | None] = mapped_column(default=None)
    round: Mapped[int] = mapped_column(default=1)


class FindingAnswer(Own, Base):
    """What a centre did about a finding in one round. It may be rewritten until it is sent."""

    __tablename__ = "finding_answer"
    __rights__ = ("select", "insert", "update")
    __table_args__ = (
        UniqueConstraint("tenant_id", "finding_id", "round", name="uq_finding_answer_round"),
        CheckConstraint("sent_by_person_id <> written_by_person_id", name="four_eyes"),
    )

    finding_id: Mapped[UUID]
    round: Mapped[int]
    text_zh: Mapped[str]
    written_by_person_id: Mapped[UUID]
    written_by_name: Mapped[str]
    written_at: Mapped[datetime]
    sent_by_person_id: Mapped[UUID | None] = mapped_column(default=None)
    sent_by_name: Mapped[str] = mapped_column(default="")
    sent_at: Mapped[datetime | None] = mapped_column(default=None)


class AnswerFile(Own, Base):
    """In the centre: a file that speaks for an answer."""

    __tablename__ = "finding_answer_file"
    __rights__ = ("select", "insert")
    __table_args__ = (
        tenant_fk("file_id", "stored_file", name="fk_finding_answer_file_file"),
        Index("ix_finding_answer_file_finding", "tenant_id", "finding_id", "round"),
        Index("ix_finding_answer_file_file", "tenant_id", "file_id"),
    )

    finding_id: Mapped[UUID]
    round: Mapped[int]
    file_id: Mapped[UUID]
    title_zh: Mapped[str]
    attached_by_name: Mapped[str]
    attached_at: Mapped[datetime]


class FindingRecheck(Own, Base):
    """Whether an answer was enough, said by somebody who did not write the finding."""

    __tablename__ = "finding_recheck"
    __rights__ = ("select", "insert")
    __table_args__ = (
        UniqueConstraint("tenant_id", "finding_id", "round", name="uq_finding_recheck_round"),
        CheckConstraint("checker_person_id <> author_person_id", name="other_person"),
    )

    finding_id: Mapped[UUID]
    round: Mapped[int]
    passed: Mapped[bool]
    note_zh: Mapped[str]
    author_person_id: Mapped[UUID]
    checker_person_id: Mapped[UUID]
    checker_name: Mapped[str]
    checked_at: Mapped[datetime]
