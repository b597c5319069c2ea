"""Channels and switches as frozen revisions that are inherited down the line, and stops declared in an emergency."""

from __future__ import annotations

from datetime import datetime, time
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Inherited, tenant_fk, utc_now


class ChannelCode(StrEnum):
    """The eight channels of the 导则 with the counter, and those that the notice's item 10 adds."""

    COUNTER = "counter"
    PORTAL = "portal"
    HALL = "hall"
    KIOSK = "kiosk"
    HOTLINE = "hotline"
    SMS = "sms"
    APP = "app"
    WECHAT = "wechat"
    WEIBO = "weibo"
    GOV_APP = "gov_app"
    MINI_APP = "mini_app"


class ChannelRevision(Inherited, Base):
    """One frozen state of a channel in one tenant; the nearest tenant of the line and the newest one in force win. Money in fen."""

    __tablename__ = "channel_revision"
    __readers__ = ("gjj_citizen",)
    __rights__ = ("select", "insert")
    __table_args__ = (
        UniqueConstraint("tenant_id", "code", "number", name="uq_channel_revision_number"),
        UniqueConstraint("tenant_id", "change_id", name="uq_channel_revision_change"),
        tenant_fk("change_id", "change_request", name="fk_channel_revision_change"),
        CheckConstraint("origin in ('manifest', 'change')", name="origin"),
        CheckConstraint("(origin = 'change') = (change_id is not null)", name="change"),
        CheckConstraint("source in ('provincial', 'own', 'government', 'bank')", name="source"),
        Index("ix_channel_revision_force", "tenant_id", "code", "effective_from"),
    )

    code: Mapped[str]
    number: Mapped[int]
    open: Mapped[bool]
    stopped_until: Mapped[datetime | None] = mapped_column(default=None)
    source: Mapped[str] = mapped_column(default="provincial")
    owner_zh: Mapped[str] = mapped_column(default="")
    filing_zh: Mapped[str] = mapped_column(default="")
    address: Mapped[str] = mapped_column(default="")
    open_from: Mapped[time | None] = mapped_column(default=None)
    open_to: Mapped[time | None] = mapped_column(default=None)
    working_days_only: Mapped[bool] = mapped_column(default=False)
    single_min_fen: Mapped[int | None] = mapped_column(BigInteger, default=None)
    single_max_fen: Mapped[int | None] = mapped_column(BigInteger, default=None)
    day_max_fen: Mapped[int | None] = mapped_column(BigInteger, default=None)
    visits_threshold: Mapped[int | None] = mapped_column(default=None)
    business_threshold: Mapped[int | None] = mapped_column(default=None)
    automatic: Mapped[bool] = mapped_column(default=False)
    effective_from: Mapped[datetime]
    origin: Mapped[str]
    change_id: Mapped[UUID | None] = mapped_column(default=None)
    published_at: Mapped[datetime] = mapped_column(default=utc_now)


class ItemSwitch(Inherited, Base):
    """One decision to open or close an item on a channel; the nearest tenant and the newest decision in force win."""

    __tablename__ = "item_switch"
    __readers__ = ("gjj_citizen",)
    __rights__ = ("select", "insert")
    __table_args__ = (
        UniqueConstraint("tenant_id", "change_id", name="uq_item_switch_change"),
        tenant_fk("change_id", "change_request", name="fk_item_switch_change"),
        Index("ix_item_switch_force", "tenant_id", "item_code", "channel", "effective_from"),
    )

    item_code: Mapped[str]
    channel: Mapped[str]
    open: Mapped[bool]
    effective_from: Mapped[datetime]
    effective_to: Mapped[datetime | None] = mapped_column(default=None)
    change_id: Mapped[UUID]
    published_at: Mapped[datetime] = mapped_column(default=utc_now)


class EmergencyStop(Inherited, Base):
    """A stop that one person declared (decision D16): ends by itself after half an hour unless a second person confirms it."""

    __tablename__ = "emergency_stop"
    __readers__ = ("gjj_citizen",)
    __rights__ = ("select", "insert", "update")
    __table_args__ = (
        CheckConstraint("confirmed_person_id <> declared_person_id", name="four_eyes"),
        CheckConstraint("(confirmed_at is null) = (confirmed_person_id is null)", name="confirmed"),
        Index("ix_emergency_stop_live", "tenant_id", "channel", "declared_at"),
    )

    channel: Mapped[str]
    item_code: Mapped[str] = mapped_column(default="")
    reason_zh: Mapped[str]
    declared_person_id: Mapped[UUID]
    declared_name: Mapped[str]
    declared_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    confirmed_person_id: Mapped[UUID | None] = mapped_column(default=None)
    confirmed_name: Mapped[str | None] = mapped_column(default=None)
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
