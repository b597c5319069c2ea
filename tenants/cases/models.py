"""A case, its history, its comparison receipts, its materials, its rating. Personal values are sealed; no free text stands in clear."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own, tenant_fk, utc_now


class CaseState(StrEnum):
    """Where a case stands. The arrows between them are in `policy.states`."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHECKING = "checking"
    IN_REVIEW = "in_review"
    SUPPLEMENT = "supplement"
    APPROVED = "approved"
    REFUSED = "refused"
    PAID = "paid"
    PAYOUT_FAILED = "payout_failed"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


STATES_SQL = (
    "state in ('draft', 'submitted', 'checking', 'in_review', 'supplement', 'approved', 'refused', 'paid',"
    " 'payout_failed', 'closed', 'withdrawn', 'expired')"
)
IN_FLIGHT_SQL = (
    "state IN ('draft', 'submitted', 'checking', 'in_review', 'supplement', 'approved', 'payout_failed')"
)
FAR = date(9999, 12, 31)
"""Sorts cases without a limit behind all others."""


class ServiceCase(Own, Base):
    """One application. `person_key` is the blind index of the core's reference: one running case for each person and item.

    The clock: `received_on` counts as the day of receipt, `running_since` is where counting last began, `used_days` were used before.
    """

    __tablename__ = "service_case"
    __citizen__ = "account_id"
    __citizen_rights__ = ("select", "insert", "update")
    __rights__ = ("select", "insert", "update")
    __table_args__ = (
        UniqueConstraint("tenant_id", "number"),
        tenant_fk("unit_id", "org_unit"),
        CheckConstraint(STATES_SQL, name="state"),
        CheckConstraint("decision in ('approved', 'refused')", name="decision"),
        CheckConstraint("payout_state in ('waiting', 'accepted', 'paid', 'failed', '')", name="payout_state"),
        CheckConstraint("limit_unit in ('instant', 'working_day', 'calendar_day')", name="limit_unit"),
        CheckConstraint("steps >= 0 and version >= 0 and check_round >= 0 and used_days >= 0", name="counts"),
        Index(
            "uq_service_case_in_flight", "tenant_id", "person_key", "item_code",
            unique=True, postgresql_where=text(IN_FLIGHT_SQL),
        ),
        Index("ix_service_case_account_id", "tenant_id", "account_id", "started_at"),
        Index("ix_service_case_unit_id", "tenant_id", "unit_id"),
        Index("ix_service_case_work", "tenant_id", "state", "due_on"),
    )  # fmt: skip

    number: Mapped[str]
    item_code: Mapped[str]
    item_name_zh: Mapped[str]
    business_kind: Mapped[str]
    revision_id: Mapped[UUID]
    revision_number: Mapped[int]
    account_id: Mapped[UUID]
    person_key: Mapped[bytes] = mapped_column(LargeBinary)
    person_ref: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[bytes] = mapped_column(LargeBinary)
    phone: Mapped[bytes] = mapped_column(LargeBinary)
    unit_id: Mapped[UUID | None] = mapped_column(default=None)
    channel_started: Mapped[str]
    channel_last: Mapped[str]
    level: Mapped[int]
    state: Mapped[str] = mapped_column(default=CaseState.DRAFT)
    state_at: Mapped[datetime]
    steps: Mapped[int] = mapped_column(default=0)
    form: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    version: Mapped[int] = mapped_column(default=0)
    deferred_materials: Mapped[list[str]] = mapped_column(ARRAY(String), default=list)
    limit_kind: Mapped[str | None] = mapped_column(default=None)
    limit_value: Mapped[int | None] = mapped_column(default=None)
    limit_unit: Mapped[str | None] = mapped_column(default=None)
    limit_basis_zh: Mapped[str] = mapped_column(default="")
    statutory_words_zh: Mapped[str] = mapped_column(default="")
    received_on: Mapped[date | None] = mapped_column(default=None)
    running_since: Mapped[date | None] = mapped_column(default=None)
    used_days: Mapped[int] = mapped_column(default=0)
    due_on: Mapped[date | None] = mapped_column(default=None)
    late: Mapped[bool] = mapped_column(default=False)
    expires_on: Mapped[date | None] = mapped_column(default=None)
    rules_version: Mapped[str] = mapped_column(default="")
    check_round: Mapped[int] = mapped_column(default=0)
    waiting_for: Mapped[str] = mapped_column(default="")
    taken_person_id: Mapped[UUID | None] = mapped_column(default=None)
    taken_name: Mapped[str] = mapped_column(default="")
    taken_at: Mapped[datetime | None] = mapped_column(default=None)
    decision: Mapped[str | None] = mapped_column(default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    decided_person_id: Mapped[UUID | None] = mapped_column(default=None)
    decided_name: Mapped[str] = mapped_column(default="")
    reason: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    payout_state: Mapped[str] = mapped_column(default="")
    payout_attempt: Mapped[int] = mapped_column(default=0)
    payout_no: Mapped[str] = mapped_column(default="")
    payout_at: Mapped[datetime | None] = mapped_column(default=None)
    started_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def due_key(self) -> date:
        """The due date as lists sort it."""
        return self.due_on or FAR


class CaseEvent(Own, Base):
    """One step of a case, counted: who, when, on which channel, from where to where. `words` are sealed; hidden steps are for clerks."""

    __tablename__ = "case_event"
    __citizen__ = "account_id"
    __citizen_rights__ = ("select", "insert")
    __rights__ = ("select", "insert")
    __table_args__ = (
        tenant_fk("case_id", "service_case"),
        CheckConstraint("by_kind in ('citizen', 'clerk', 'system')", name="by_kind"),
        UniqueConstraint("tenant_id", "case_id", "step", name="uq_case_event_step"),
    )

    case_id: Mapped[UUID]
    account_id: Mapped[UUID]
    step: Mapped[int]
    at: Mapped[datetime]
    kind: Mapped[str]
    from_state: Mapped[str]
    to_state: Mapped[str]
    by_kind: Mapped[str]
    by_person_id: Mapped[UUID | None] = mapped_column(default=None)
    by_name: Mapped[str] = mapped_column(default="")
    channel: Mapped[str] = mapped_column(default="")
    words: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    citizen_visible: Mapped[bool] = mapped_column(default=True)


class CheckOutcome(StrEnum):
    """What a comparison found."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


class CaseCheck(Own, Base):
    """A comparison receipt: what was compared with what, when, by which rule, with which result. `compared` is sealed."""

    __tablename__ = "case_check"
    __citizen__ = "account_id"
    __rights__ = ("select", "insert")
    __table_args__ = (
        tenant_fk("case_id", "service_case"),
        UniqueConstraint("tenant_id", "case_id", "round", "rule_code", name="uq_case_check_rule"),
        CheckConstraint("outcome in ('passed', 'failed', 'unknown')", name="outcome"),
    )

    case_id: Mapped[UUID]
    account_id: Mapped[UUID]
    round: Mapped[int]  # noqa: A003
    rule_code: Mapped[str]
    rule_version: Mapped[str]
    sentence_zh: Mapped[str]
    outcome: Mapped[str]
    source_zh: Mapped[str]
    compared: Mapped[bytes] = mapped_column(LargeBinary)
    as_of: Mapped[datetime | None] = mapped_column(default=None)
    checked_at: Mapped[datetime]


class CaseMaterial(Own, Base):
    """A file that the applicant handed in for one material of the item. `file_id` names a row of `kernel.storage`."""

    __tablename__ = "case_material"
    __citizen__ = "account_id"
    __citizen_rights__ = ("select", "insert", "delete")
    __rights__ = ("select", "insert", "delete")
    __table_args__ = (
        tenant_fk("case_id", "service_case"),
        UniqueConstraint("tenant_id", "case_id", "file_id", name="uq_case_material_file"),
    )

    case_id: Mapped[UUID]
    account_id: Mapped[UUID]
    material: Mapped[str]
    file_id: Mapped[UUID]
    channel: Mapped[str]
    added_at: Mapped[datetime] = mapped_column(default=utc_now)


class Grade(StrEnum):
    """The five grades (decision D33); the last two are 差评."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    BASICALLY = "basically"
    UNSATISFIED = "unsatisfied"
    VERY_UNSATISFIED = "very_unsatisfied"


class CaseRating(Own, Base):
    """How the applicant found it: once for each case, never changed. `words` are sealed."""

    __tablename__ = "case_rating"
    __citizen__ = "account_id"
    __citizen_rights__ = ("select", "insert")
    __rights__ = ("select", "insert")
    __table_args__ = (
        tenant_fk("case_id", "service_case"),
        UniqueConstraint("tenant_id", "case_id"),
        CheckConstraint(
            "grade in ('very_satisfied', 'satisfied', 'basically', 'unsatisfied', 'very_unsatisfied')",
            name="grade",
        ),
    )

    case_id: Mapped[UUID]
    account_id: Mapped[UUID]
    grade: Mapped[str]
    words: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    channel: Mapped[str]
    rated_at: Mapped[datetime]


class CaseSetting(Own, Base):
    """What this centre decides by itself: business kinds whose cases need no clerk when every comparison passes. One row at most."""

    __tablename__ = "case_setting"
    __rights__ = ("select", "insert", "update")
    __table_args__ = (UniqueConstraint("tenant_id"),)

    automatic_kinds: Mapped[list[str]] = mapped_column(ARRAY(String))
    changed_at: Mapped[datetime] = mapped_column(default=utc_now)
