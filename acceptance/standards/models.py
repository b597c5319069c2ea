"""One version of the standard with its items, check points and vetoes; written once, never changed. And the draft of the next one."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Inherited, Own, tenant_fk, utc_now


class Nature(StrEnum):
    """Whose merit a check point is (decision D39). Only a function is inherited from the provider of the platform."""

    FUNCTION = "function"
    USE = "use"
    ORGANISATION = "organisation"


class MeasuredBy(StrEnum):
    """Where its result comes from (decision D39): computed here, sent by a centre, tried by people, or read in a document."""

    MEASURED = "measured"
    REPORTED = "reported"
    TEST_RECORD = "test_record"
    DOCUMENT = "document"


class ScoreMode(StrEnum):
    """All points or none; or as many as the share of the threshold that is reached."""

    WHOLE = "whole"
    PROPORTIONAL = "proportional"


class AcceptanceStandard(Inherited, Base):
    """One version. In force from `effective_on` (a day in Beijing) until the next one's; campaigns pin the version they began with."""

    __tablename__ = "acceptance_standard"
    __rights__ = ("select", "insert")
    __table_args__ = (
        UniqueConstraint("tenant_id", "number", name="uq_acceptance_standard_number"),
        UniqueConstraint("tenant_id", "change_id", name="uq_acceptance_standard_change"),
        tenant_fk("change_id", "change_request", name="fk_acceptance_standard_change"),
        CheckConstraint("origin in ('seed', 'change')", name="origin"),
        CheckConstraint("(origin = 'change') = (change_id is not null)", name="change"),
        CheckConstraint("number > 0", name="numbered"),
        Index("ix_acceptance_standard_force", "tenant_id", "effective_on"),
    )

    number: Mapped[int]
    name_zh: Mapped[str]
    effective_on: Mapped[date]
    origin: Mapped[str]
    change_id: Mapped[UUID | None] = mapped_column(default=None)
    note_zh: Mapped[str] = mapped_column(default="")
    published_at: Mapped[datetime] = mapped_column(default=utc_now)


class StandardItem(Inherited, Base):
    """One scored item; its points are the sum of its check points. `guideline_item` 1 to 20, None for 使用效果."""

    __tablename__ = "standard_item"
    __rights__ = ("select", "insert")
    __table_args__ = (
        UniqueConstraint("tenant_id", "standard_id", "code", name="uq_standard_item_code"),
        tenant_fk("standard_id", "acceptance_standard", name="fk_standard_item_standard"),
        CheckConstraint("points >= 0", name="points"),
    )

    standard_id: Mapped[UUID]
    code: Mapped[str]
    dimension_zh: Mapped[str]
    guideline_item: Mapped[int | None] = mapped_column(default=None)
    title_zh: Mapped[str]
    points: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    notes_zh: Mapped[str]


class StandardCheck(Inherited, Base):
    """One check point. `clause` names notice sections (N), guideline items (G) and chapters of the 导则, parted by semicolons.

    `threshold` is in the indicator's own unit (per cent, months, times); None where people judge.
    """

    __tablename__ = "standard_check"
    __rights__ = ("select", "insert")
    __table_args__ = (
        UniqueConstraint("tenant_id", "standard_id", "item_code", "seq", name="uq_standard_check_seq"),
        tenant_fk("standard_id", "acceptance_standard", name="fk_standard_check_standard"),
        CheckConstraint("points >= 0", name="points"),
        CheckConstraint("nature in ('function', 'use', 'organisation')", name="nature"),
        CheckConstraint(
            "measured_by in ('measured', 'reported', 'test_record', 'document')", name="measured_by"
        ),
        CheckConstraint("score_mode in ('whole', 'proportional')", name="score_mode"),
        CheckConstraint("threshold_op in ('ge', 'le')", name="threshold_op"),
        CheckConstraint("(threshold is null) = (threshold_op is null)", name="threshold"),
    )

    standard_id: Mapped[UUID]
    item_code: Mapped[str]
    seq: Mapped[int]
    check_zh: Mapped[str]
    points: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    nature: Mapped[str]
    clause: Mapped[str]
    measured_by: Mapped[str]
    indicator: Mapped[str | None] = mapped_column(default=None)
    evidence_zh: Mapped[str]
    method_zh: Mapped[str]
    threshold_zh: Mapped[str]
    threshold_op: Mapped[str | None] = mapped_column(default=None)
    threshold: Mapped[Decimal | None] = mapped_column(Numeric(12, 4), default=None)
    score_mode: Mapped[str] = mapped_column(default=ScoreMode.WHOLE)

    @property
    def key(self) -> str:
        """`A01.1`: how a check point is called everywhere."""
        return f"{self.item_code}.{self.seq}"


class StandardVeto(Inherited, Base):
    """A condition that decides whatever the score. `indicator` only warns: people decide with it before them."""

    __tablename__ = "standard_veto"
    __rights__ = ("select", "insert")
    __table_args__ = (
        UniqueConstraint("tenant_id", "standard_id", "code", name="uq_standard_veto_code"),
        tenant_fk("standard_id", "acceptance_standard", name="fk_standard_veto_standard"),
    )

    standard_id: Mapped[UUID]
    code: Mapped[str]
    condition_zh: Mapped[str]
    basis_zh: Mapped[str]
    effect_zh: Mapped[str]
    indicator: Mapped[str | None] = mapped_column(default=None)


class StandardDraft(Own, Base):
    """What the province writes for the next version: edits by check point over version `based_on`; deleted when it is published."""

    __tablename__ = "standard_draft"
    __table_args__ = (UniqueConstraint("tenant_id", name="uq_standard_draft_tenant_id"),)

    based_on: Mapped[int]
    effective_on: Mapped[date | None] = mapped_column(default=None)
    edits: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    editor_person_id: Mapped[UUID]
    editor_name: Mapped[str]
    saved_at: Mapped[datetime] = mapped_column(default=utc_now)
