"""What a body says of itself (`centre_profile`, `sourced_figure`) and what the province keeps of each (`registered_centre`).

The province reads its own rows only: `registered_centre` is written when a tenant joins or changes, pages never scan tenants.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Inherited, Own


class BuildMode(StrEnum):
    """How a centre has its service platform (domain §3)."""

    PROVINCIAL_SHARED = "provincial_shared"
    SELF_BUILT = "self_built"
    IN_PROGRESS = "in_progress"


class PlugState(StrEnum):
    """Whether an independent sub-centre uses its city's platform (notice section 3)."""

    PLUGGED_IN = "plugged_in"
    OWN_SYSTEM = "own_system"
    EXEMPT = "exempt"
    JOINING = "joining"


_BUILD_MODES = "build_mode in ('provincial_shared', 'self_built', 'in_progress')"


class CentreProfile(Inherited, Base):
    """One row a tenant: the public facts about the body itself. Public pages read it."""

    __tablename__ = "centre_profile"
    __readers__ = ("gjj_citizen",)
    __table_args__ = (
        UniqueConstraint("tenant_id", name="uq_centre_profile_tenant_id"),
        CheckConstraint(_BUILD_MODES, name="build_mode"),
    )

    code: Mapped[str]
    name_zh: Mapped[str]
    short_name_zh: Mapped[str]
    legal_entity_zh: Mapped[str]
    build_mode: Mapped[str]
    own_app: Mapped[bool]
    fictional: Mapped[bool]
    consolidates_into: Mapped[str | None] = mapped_column(default=None)
    contact_zh: Mapped[str] = mapped_column(default="")
    notes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)


class SourcedFigure(Own, Base):
    """A published figure of a body with where it was found: never shown without source and period."""

    __tablename__ = "sourced_figure"
    __table_args__ = (UniqueConstraint("tenant_id", "code", "period", name="uq_sourced_figure_tenant_id"),)

    code: Mapped[str]
    label_zh: Mapped[str]
    amount: Mapped[Decimal] = mapped_column(Numeric(18, 4))
    unit_zh: Mapped[str]
    period: Mapped[str]
    source_zh: Mapped[str]
    source_on: Mapped[date]


class RegisteredCentre(Own, Base):
    """In the province tenant: one row for each body below it, with its state and key figures."""

    __tablename__ = "registered_centre"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code", name="uq_registered_centre_tenant_id"),
        UniqueConstraint("tenant_id", "subject_id", name="uq_registered_centre_subject"),
        CheckConstraint(_BUILD_MODES, name="build_mode"),
    )

    subject_id: Mapped[UUID]
    code: Mapped[str]
    city_code: Mapped[str]
    kind: Mapped[str]
    name_zh: Mapped[str]
    short_name_zh: Mapped[str]
    legal_entity_zh: Mapped[str]
    build_mode: Mapped[str]
    own_app: Mapped[bool]
    fictional: Mapped[bool]
    consolidates_into: Mapped[str | None] = mapped_column(default=None)
    status: Mapped[str]
    plug_state: Mapped[str | None] = mapped_column(default=None)
    plug_reason_zh: Mapped[str] = mapped_column(default="")
    twin_id: Mapped[UUID | None] = mapped_column(default=None)
    units: Mapped[int] = mapped_column(default=0)
    staff: Mapped[int] = mapped_column(default=0)
    channels_open: Mapped[int] = mapped_column(default=0)
    channels_total: Mapped[int] = mapped_column(default=0)
    sms_monthly: Mapped[int] = mapped_column(default=0)
    allowance_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    steps_done: Mapped[int] = mapped_column(default=0)
    steps_total: Mapped[int] = mapped_column(default=0)
    depositors: Mapped[Decimal | None] = mapped_column(Numeric(18, 4), default=None)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    joined_at: Mapped[datetime | None] = mapped_column(default=None)
