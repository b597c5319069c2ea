"""A work order, its history, its answers, how they were found, and a centre's own time limits. Texts and contacts are sealed."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own, tenant_fk


class WorkOrderKind(StrEnum):
    """What it is about. Kinds are kept apart: each has its own limit and its own figures."""

    INQUIRY = "inquiry"
    SUGGESTION = "suggestion"
    COMPLAINT = "complaint"
    ARREARS = "arrears"
    PETITION = "petition"
    HOME_HELP = "home_help"


class WorkOrderState(StrEnum):
    """Where it stands. The arrows between them are in `policy.states`."""

    OPENED = "opened"
    TAKEN = "taken"
    ANSWERED = "answered"
    CLOSED = "closed"
    MERGED = "merged"


class Origin(StrEnum):
    """How it came in: by the person's own log-in, by a seat for a caller, or from a poor rating of a case."""

    CITIZEN = "citizen"
    CALLER = "caller"
    RATING = "rating"


KINDS_SQL = "kind in ('inquiry', 'suggestion', 'complaint', 'arrears', 'petition', 'home_help')"


class WorkOrder(Own, Base):
    """One matter of one person. `account_id` is None for callers; `round` 2 is after the one reopening; `version` grows with each step.

    `limit_value` and `limit_unit` are those of the day of receipt; `due_on` is the last day of the running round.
    """

    __tablename__ = "work_order"
    __rights__ = ("select", "insert", "update")
    __citizen__ = "account_id"
    __citizen_rights__ = ("select", "insert", "update")
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        tenant_fk("unit_id", "org_unit"),
        tenant_fk("merged_into_id", "work_order"),
        CheckConstraint(KINDS_SQL, name="kind"),
        CheckConstraint("state in ('opened', 'taken', 'answered', 'closed', 'merged')", name="state"),
        CheckConstraint("origin in ('citizen', 'caller', 'rating')", name="origin"),
        CheckConstraint("limit_unit in ('working_day', 'calendar_day')", name="limit_unit"),
        CheckConstraint("round in (1, 2) and version >= 0 and limit_value > 0", name="counts"),
        Index("ix_work_order_account_id", "tenant_id", "account_id", "opened_at"),
        Index("ix_work_order_unit_id", "tenant_id", "unit_id"),
        Index("ix_work_order_merged_into_id", "tenant_id", "merged_into_id"),
        Index("ix_work_order_work", "tenant_id", "state", "due_on"),
        Index("ix_work_order_phone_index", "tenant_id", "phone_index"),
        Index(
            "uq_work_order_rating", "tenant_id", "case_id",
            unique=True, postgresql_where=text("origin = 'rating'"),
        ),
    )  # fmt: skip

    number: Mapped[str]
    kind: Mapped[str]
    origin: Mapped[str]
    channel: Mapped[str]
    account_id: Mapped[UUID | None] = mapped_column(default=None)
    case_id: Mapped[UUID | None] = mapped_column(default=None)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    phone: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    unit_id: Mapped[UUID | None] = mapped_column(default=None)
    state: Mapped[str] = mapped_column(default=WorkOrderState.OPENED)
    state_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    received_on: Mapped[date]
    limit_value: Mapped[int]
    limit_unit: Mapped[str]
    due_on: Mapped[date]
    taken_person_id: Mapped[UUID | None] = mapped_column(default=None)
    taken_name: Mapped[str] = mapped_column(default="")
    taken_at: Mapped[datetime | None] = mapped_column(default=None)
    answered_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    merged_into_id: Mapped[UUID | None] = mapped_column(default=None)
    round: Mapped[int] = mapped_column(default=1)
    version: Mapped[int] = mapped_column(default=0)


class WorkOrderEvent(Own, Base):
    """One step: who, when, from where to where. `words` are sealed; hidden steps are for staff only."""

    __tablename__ = "work_order_event"
    __rights__ = ("select", "insert")
    __citizen__ = "account_id"
    __citizen_rights__ = ("select", "insert")
    __table_args__ = (
        tenant_fk("work_order_id", "work_order"),
        CheckConstraint("by_kind in ('citizen', 'staff', 'system')", name="by_kind"),
        Index("ix_work_order_event_work_order_id", "tenant_id", "work_order_id", "id"),
    )

    work_order_id: Mapped[UUID]
    account_id: Mapped[UUID | None] = mapped_column(default=None)
    at: Mapped[datetime]
    kind: Mapped[str]
    from_state: Mapped[str]
    to_state: Mapped[str]
    by_kind: Mapped[str]
    by_person_id: Mapped[UUID | None] = mapped_column(default=None)
    by_name: Mapped[str] = mapped_column(default="")
    about_zh: Mapped[str] = mapped_column(default="")
    words: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    citizen_visible: Mapped[bool] = mapped_column(default=True)


class WorkOrderAnswer(Own, Base):
    """The answer of one round, given once. `on_time` compares its day with the `due_on` of that round."""

    __tablename__ = "work_order_answer"
    __rights__ = ("select", "insert")
    __citizen__ = "account_id"
    __table_args__ = (
        tenant_fk("work_order_id", "work_order"),
        tenant_fk("unit_id", "org_unit"),
        UniqueConstraint("tenant_id", "work_order_id", "round"),
        CheckConstraint(KINDS_SQL, name="kind"),
        Index("ix_work_order_answer_unit_id", "tenant_id", "unit_id"),
        Index("ix_work_order_answer_due_on", "tenant_id", "due_on"),
    )

    work_order_id: Mapped[UUID]
    account_id: Mapped[UUID | None] = mapped_column(default=None)
    round: Mapped[int]
    kind: Mapped[str]
    unit_id: Mapped[UUID | None] = mapped_column(default=None)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    person_id: Mapped[UUID]
    person_name: Mapped[str]
    answered_at: Mapped[datetime]
    due_on: Mapped[date]
    on_time: Mapped[bool]


class WorkOrderRating(Own, Base):
    """How the person found the answer of a round: once, never changed. `words` are sealed."""

    __tablename__ = "work_order_rating"
    __rights__ = ("select", "insert")
    __citizen__ = "account_id"
    __citizen_rights__ = ("select", "insert")
    __table_args__ = (
        tenant_fk("work_order_id", "work_order"),
        UniqueConstraint("tenant_id", "work_order_id", "round"),
        CheckConstraint(
            "grade in ('very_satisfied', 'satisfied', 'basically', 'unsatisfied', 'very_unsatisfied')",
            name="grade",
        ),
    )

    work_order_id: Mapped[UUID]
    account_id: Mapped[UUID]
    round: Mapped[int]
    grade: Mapped[str]
    words: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    channel: Mapped[str]
    rated_at: Mapped[datetime]


class WorkOrderLimit(Own, Base):
    """A centre's own limit for a kind; the platform's default stands where there is none. Changed under four eyes, the newest counts."""

    __tablename__ = "work_order_limit"
    __rights__ = ("select", "insert")
    __readers__ = ("gjj_citizen",)
    __table_args__ = (
        tenant_fk("change_id", "change_request"),
        UniqueConstraint("tenant_id", "change_id"),
        CheckConstraint(KINDS_SQL, name="kind"),
        CheckConstraint("unit in ('working_day', 'calendar_day')", name="unit"),
        CheckConstraint("value between 1 and 90", name="value"),
    )

    kind: Mapped[str]
    value: Mapped[int]
    unit: Mapped[str]
    change_id: Mapped[UUID]
    decided_at: Mapped[datetime]
