"""A centre's self-assessment with every saved version of every item; and the frozen packages that travel, stored on both sides."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own, tenant_fk


class Stage(StrEnum):
    """Where an assessment is, on both sides. The arrows are in `policy.states`."""

    DRAFT = "draft"
    APPLIED = "applied"
    DESK = "desk"
    RETURNED = "returned"
    PANEL = "panel"
    DISCUSSION = "discussion"
    OPINION = "opinion"
    RECTIFYING = "rectifying"
    RECHECKING = "rechecking"
    SIGNING = "signing"
    CONCLUDED = "concluded"


STAGES_SQL = "state in ({})".format(", ".join(f"'{stage.value}'" for stage in Stage))


class PackageKind(StrEnum):
    """What is handed over."""

    APPLICATION = "application"
    OPINION = "opinion"
    ANSWERS = "answers"
    RECHECK = "recheck"
    VERDICT = "verdict"


class FileKind(StrEnum):
    """What a file of the sheet is. The yearly evaluation report is a condition of admission."""

    EVIDENCE = "evidence"
    EVALUATION_REPORT = "evaluation_report"


class Assessment(Own, Base):
    """One self-assessment. `measured` is the automatic part as it was on `measured_on`: check points by item. `step` and below: as the
    province last said."""

    __tablename__ = "assessment"
    __rights__ = ("select", "insert", "update")
    __table_args__ = (
        UniqueConstraint("tenant_id", "number", name="uq_assessment_number"),
        Index("uq_assessment_open", "tenant_id", unique=True, postgresql_where=text("state <> 'concluded'")),
        CheckConstraint(STAGES_SQL, name="state"),
        CheckConstraint("submitted_by_person_id <> last_filled_by_person_id", name="four_eyes"),
    )

    number: Mapped[int]
    standard_id: Mapped[UUID]
    standard_number: Mapped[int]
    state: Mapped[str] = mapped_column(default=Stage.DRAFT)
    opened_at: Mapped[datetime]
    opened_by_name: Mapped[str]
    measured_on: Mapped[date]
    measured: Mapped[dict[str, Any]] = mapped_column(JSONB)
    vetoes: Mapped[list[Any]] = mapped_column(JSONB)
    plan_note_zh: Mapped[str] = mapped_column(default="")
    last_filled_by_person_id: Mapped[UUID | None] = mapped_column(default=None)
    round: Mapped[int] = mapped_column(default=0)
    package_id: Mapped[UUID | None] = mapped_column(default=None)
    submitted_by_person_id: Mapped[UUID | None] = mapped_column(default=None)
    submitted_by_name: Mapped[str] = mapped_column(default="")
    submitted_at: Mapped[datetime | None] = mapped_column(default=None)
    step: Mapped[int] = mapped_column(default=0)
    state_since: Mapped[datetime]
    due_on: Mapped[date | None] = mapped_column(default=None)
    message_zh: Mapped[str] = mapped_column(default="")


class AssessmentEntry(Own, Base):
    """One saved version of one item: the newest counts, none is ever changed."""

    __tablename__ = "assessment_entry"
    __rights__ = ("select", "insert")
    __table_args__ = (
        UniqueConstraint(
            "tenant_id", "assessment_id", "item_code", "number", name="uq_assessment_entry_number"
        ),
        tenant_fk("assessment_id", "assessment", name="fk_assessment_entry_assessment"),
        CheckConstraint("self_score >= 0 and number > 0", name="score"),
    )

    assessment_id: Mapped[UUID]
    item_code: Mapped[str]
    number: Mapped[int]
    self_score: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    note_zh: Mapped[str]
    filled_by_person_id: Mapped[UUID]
    filled_by_name: Mapped[str]
    filled_at: Mapped[datetime]


class AssessmentFile(Own, Base):
    """A file that speaks for an item. Taken away means marked: what was handed over stays."""

    __tablename__ = "assessment_file"
    __rights__ = ("select", "insert", "update")
    __table_args__ = (
        tenant_fk("assessment_id", "assessment", name="fk_assessment_file_assessment"),
        tenant_fk("file_id", "stored_file", name="fk_assessment_file_file"),
        Index("ix_assessment_file_assessment", "tenant_id", "assessment_id"),
        Index("ix_assessment_file_file", "tenant_id", "file_id"),
        CheckConstraint("kind in ('evidence', 'evaluation_report')", name="kind"),
        CheckConstraint("kind = 'evidence' or issued_on is not null", name="issued"),
    )

    assessment_id: Mapped[UUID]
    item_code: Mapped[str]
    file_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(default=FileKind.EVIDENCE)
    title_zh: Mapped[str]
    issued_on: Mapped[date | None] = mapped_column(default=None)
    attached_by_name: Mapped[str]
    attached_at: Mapped[datetime]
    removed_at: Mapped[datetime | None] = mapped_column(default=None)


class AcceptancePackage(Own, Base):
    """A frozen package: exact bytes under their hash, the same row on the sender's and on the receiver's side. Never changed."""

    __tablename__ = "acceptance_package"
    __rights__ = ("select", "insert")
    __table_args__ = (
        UniqueConstraint("tenant_id", "package_id", name="uq_acceptance_package_package_id"),
        Index("ix_acceptance_package_assessment", "tenant_id", "assessment_id", "kind", "made_at"),
        CheckConstraint("body_hash = sha256(body)", name="hash"),
        CheckConstraint("kind in ('application', 'opinion', 'answers', 'recheck', 'verdict')", name="kind"),
    )

    package_id: Mapped[UUID]
    kind: Mapped[str]
    subject_id: Mapped[UUID]
    assessment_id: Mapped[UUID]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime]
    received_at: Mapped[datetime | None] = mapped_column(default=None)


class PackageFile(Own, Base):
    """On the receiver's side: a file that a package names by its hash, and our own copy once it has arrived."""

    __tablename__ = "acceptance_package_file"
    __rights__ = ("select", "insert", "update")
    __table_args__ = (
        UniqueConstraint(
            "tenant_id", "package_id", "source_file_id", name="uq_acceptance_package_file_source"
        ),
        tenant_fk("file_id", "stored_file", name="fk_acceptance_package_file_file"),
        Index("ix_acceptance_package_file_file", "tenant_id", "file_id"),
        CheckConstraint("octet_length(sha256) = 32 and size > 0", name="content"),
    )

    package_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    source_file_id: Mapped[UUID]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str]
    title_zh: Mapped[str]
    reference: Mapped[str]
    file_id: Mapped[UUID | None] = mapped_column(default=None)
    received_at: Mapped[datetime | None] = mapped_column(default=None)
