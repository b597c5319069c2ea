"""Limits by category, counters by number, and blocked numbers. All rows stand in the province tenant, under its index key."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own, utc_now


class Reach(StrEnum):
    """What a blocked number does not get: nothing at all, or no policy messages (opt-out)."""

    ALL = "ALL"
    POLICY = "POLICY"


class BlockReason(StrEnum):
    """Why a number is blocked."""

    COMPLAINT = "complaint"
    OPT_OUT = "opt_out"
    ATTACK = "attack"
    OTHER = "other"


class SmsLimit(Own, Base):
    """How many messages of a category one number gets at most, province-wide. None: no limit."""

    __tablename__ = "sms_limit"
    __table_args__ = (
        UniqueConstraint("tenant_id", "category", name="uq_sms_limit_category"),
        CheckConstraint("category in ('OTP', 'NOTICE', 'QUERY_REPLY', 'POLICY')", name="category"),
        CheckConstraint("per_hour > 0 and per_day > 0", name="counts"),
    )

    category: Mapped[str]
    per_hour: Mapped[int | None]
    per_day: Mapped[int | None]
    changed_at: Mapped[datetime] = mapped_column(default=utc_now)


class SmsNumberCount(Own, Base):
    """What one number got in the current hour and day; written by `k.sms_put` only."""

    __tablename__ = "sms_number_count"
    __rights__ = ("select",)
    __unaudited__ = "counts messages whose accepting is audited"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number_index", "category", name="uq_sms_number_count_number"),
    )

    number_index: Mapped[bytes]
    category: Mapped[str]
    hour_from: Mapped[datetime]
    hour_count: Mapped[int]
    day_from: Mapped[datetime]
    day_count: Mapped[int]


class SmsBlockedNumber(Own, Base):
    """A number that gets no messages, or none of policy. The number itself is sealed."""

    __tablename__ = "sms_blocked_number"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number_index", "reach", name="uq_sms_blocked_number_reach"),
        CheckConstraint("reach in ('ALL', 'POLICY')", name="reach"),
        CheckConstraint("reason in ('complaint', 'opt_out', 'attack', 'other')", name="reason"),
    )

    number_index: Mapped[bytes]
    phone: Mapped[bytes]
    reach: Mapped[str]
    reason: Mapped[str]
    blocked_at: Mapped[datetime] = mapped_column(default=utc_now)
    until: Mapped[datetime | None] = mapped_column(default=None)
