"""Applications at the province with every step they took, the panel, its scores and signatures.

The database itself holds the order of states: a step is an arrow of the list and begins where the one before ended; an application
stands where its last step says.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Numeric,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own, tenant_fk

ARROWS_SQL = (
    "from_state || '>' || to_state in ('returned>applied', 'applied>desk', 'desk>returned', 'desk>panel', 'panel>discussion',"
    " 'panel>opinion', 'discussion>panel', 'discussion>opinion', 'opinion>rectifying', 'opinion>signing', 'rectifying>rechecking',"
    " 'rechecking>rectifying', 'rechecking>signing', 'signing>concluded')"
)
"""As `assessments.policy.states.MOVES` from the province's entry on; a test holds the two together."""


class SeatState(StrEnum):
    """What became of an expert's seat. `barred`: no seat, a person with an interest in that body."""

    SEATED = "seated"
    CLOSED = "closed"
    RECUSED = "recused"
    BARRED = "barred"


class ReviewApplication(Own, Base):
    """One body's application. `state` and `step` follow `review_step`; the figures of the opinion are computed from closed sheets."""

    __tablename__ = "review_application"
    __rights__ = ("select", "insert", "update")
    __table_args__ = (
        UniqueConstraint("tenant_id", "assessment_id", name="uq_review_application_assessment"),
        ForeignKeyConstraint(
            ["tenant_id", "id", "step", "state"],
            ["review_step.tenant_id", "review_step.application_id", "review_step.number", "review_step.to_state"],
            name="fk_review_application_step", deferrable=True, initially="DEFERRED", use_alter=True,
        ),
        Index("ix_review_application_step", "tenant_id", "id", "step", "state"),
        Index("ix_review_application_state", "tenant_id", "state", "due_on"),
    )  # fmt: skip

    assessment_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    code: Mapped[str]
    name_zh: Mapped[str]
    kind: Mapped[str]
    build_mode: Mapped[str]
    fictional: Mapped[bool]
    package_id: Mapped[UUID]
    standard_id: Mapped[UUID]
    standard_number: Mapped[int]
    round: Mapped[int]
    self_total: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    submitted_by_name: Mapped[str]
    state: Mapped[str]
    step: Mapped[int]
    state_since: Mapped[datetime]
    due_on: Mapped[date | None] = mapped_column(default=None)
    received_at: Mapped[datetime]
    discussion_zh: Mapped[str] = mapped_column(default="")
    opinion_zh: Mapped[str] = mapped_column(default="")
    opinion_number: Mapped[int] = mapped_column(default=0)
    opinion_by_name: Mapped[str] = mapped_column(default="")
    opinion_at: Mapped[datetime | None] = mapped_column(default=None)
    panel_total: Mapped[Decimal | None] = mapped_column(Numeric(6, 2), default=None)
    conclusion_zh: Mapped[str] = mapped_column(default="")
    vetoes: Mapped[list[Any]] = mapped_column(JSONB, default=list)


class ReviewStep(Own, Base):
    """One arrow that was taken: never changed. `late_days`: how long after its day the state before was left."""

    __tablename__ = "review_step"
    __rights__ = ("select", "insert")
    __table_args__ = (
        tenant_fk("application_id", "review_application", name="fk_review_step_application"),
        UniqueConstraint("tenant_id", "application_id", "number", name="uq_review_step_number"),
        UniqueConstraint("tenant_id", "application_id", "number", "to_state", name="uq_review_step_state"),
        ForeignKeyConstraint(
            ["tenant_id", "application_id", "from_number", "from_state"],
            [
                "review_step.tenant_id", "review_step.application_id", "review_step.number", "review_step.to_state",
            ],
            name="fk_review_step_before",
        ),
        Index("ix_review_step_before", "tenant_id", "application_id", "from_number", "from_state"),
        CheckConstraint(
            "(number = 1 and from_number is null and from_state is null and to_state = 'desk')"
            " or (number > 1 and from_number = number - 1 and from_state is not null)",
            name="chain",
        ),
        CheckConstraint(f"from_state is null or {ARROWS_SQL}", name="arrow"),
    )  # fmt: skip

    application_id: Mapped[UUID]
    number: Mapped[int]
    from_number: Mapped[int | None] = mapped_column(default=None)
    from_state: Mapped[str | None] = mapped_column(default=None)
    to_state: Mapped[str]
    at: Mapped[datetime]
    due_on: Mapped[date | None] = mapped_column(default=None)
    late_days: Mapped[int] = mapped_column(default=0)
    by_name: Mapped[str]
    note_zh: Mapped[str] = mapped_column(default="")


class PanelSeat(Own, Base):
    """An expert's seat, or (tie `interest`) a person who must not judge that body: nobody can be both.

    A closed or recused seat can't be changed any more; new seats only while the panel sits (policies of the table).
    """

    __tablename__ = "panel_seat"
    __rights__ = ("select", "insert", "update")
    __table_args__ = (
        tenant_fk("application_id", "review_application", name="fk_panel_seat_application"),
        Index(
            "uq_panel_seat_person", "tenant_id", "application_id", "person_id",
            unique=True, postgresql_where=text("tie = 'seat'"),
        ),
        Index(
            "uq_panel_seat_interest", "tenant_id", "subject_id", "person_id",
            unique=True, postgresql_where=text("tie = 'interest'"),
        ),
        Index("ix_panel_seat_application", "tenant_id", "application_id"),
        Index("ix_panel_seat_mine", "tenant_id", "person_id", "state"),
        ExcludeConstraint(
            ("tenant_id", "="), ("person_id", "="), ("subject_id", "="), ("tie", "<>"),
            name="ex_panel_seat_interest", using="gist", where=text("state <> 'recused'"),
        ),
        CheckConstraint("tie in ('seat', 'interest')", name="tie"),
        CheckConstraint("state in ('seated', 'closed', 'recused', 'barred')", name="state"),
        CheckConstraint("(tie = 'interest') = (state = 'barred')", name="barred"),
        CheckConstraint("(tie = 'seat') = (application_id is not null)", name="seat"),
        CheckConstraint("(state = 'closed') = (total is not null)", name="closed"),
    )  # fmt: skip

    application_id: Mapped[UUID | None] = mapped_column(default=None)
    person_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    tie: Mapped[str]
    state: Mapped[str]
    name_zh: Mapped[str]
    reason_zh: Mapped[str] = mapped_column(default="")
    set_by_name: Mapped[str]
    set_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_by_name: Mapped[str] = mapped_column(default="")
    total: Mapped[Decimal | None] = mapped_column(Numeric(6, 2), default=None)
    sheet_hash: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)


class PanelScore(Own, Base):
    """One expert's points for one item: written only while the seat is open and the panel sits (policies of the table)."""

    __tablename__ = "panel_score"
    __rights__ = ("select", "insert", "update")
    __table_args__ = (
        tenant_fk("seat_id", "panel_seat", name="fk_panel_score_seat"),
        UniqueConstraint("tenant_id", "seat_id", "item_code", name="uq_panel_score_item"),
        CheckConstraint("points >= 0 and points <= max_points", name="points"),
    )

    seat_id: Mapped[UUID]
    item_code: Mapped[str]
    points: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    max_points: Mapped[Decimal] = mapped_column(Numeric(6, 2))
    note_zh: Mapped[str]
    scored_at: Mapped[datetime]


class OpinionSignature(Own, Base):
    """An expert agrees with one wording of the opinion, or dissents in words that are kept."""

    __tablename__ = "opinion_signature"
    __rights__ = ("select", "insert")
    __table_args__ = (
        tenant_fk("seat_id", "panel_seat", name="fk_opinion_signature_seat"),
        UniqueConstraint("tenant_id", "seat_id", "draft_number", name="uq_opinion_signature_draft"),
        CheckConstraint("agrees or dissent_zh <> ''", name="dissent"),
    )

    seat_id: Mapped[UUID]
    draft_number: Mapped[int]
    agrees: Mapped[bool]
    dissent_zh: Mapped[str]
    name_zh: Mapped[str]
    signed_at: Mapped[datetime]
