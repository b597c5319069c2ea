"""What was metered. Written by `k.usage_book` only; nobody changes or deletes a row."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from kernel.db.model import Base, Own


class Outcome(StrEnum):
    """How a message ended."""

    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REFUSED = "refused"


OUTCOME_ZH = {
    Outcome.DELIVERED: "已送达",
    Outcome.FAILED: "未送达",
    Outcome.UNKNOWN: "无回执",
    Outcome.EXPIRED: "超时未发",
    Outcome.REFUSED: "被拒绝",
}


class SmsUsage(Own, Base):
    """One finished message: `id` is the message's own id. `reserved`, `submitted`, `delivered` are segments.

    `day` is the Beijing day of `at`, on which the statement counts it; `reserved_month` is the month whose allowance it took.
    """

    __tablename__ = "sms_usage"
    __rights__ = ("select",)
    __table_args__ = (
        CheckConstraint(
            "outcome in ('delivered', 'failed', 'unknown', 'expired', 'refused')", name="outcome"
        ),
        CheckConstraint("reserved >= 0 and submitted >= 0 and delivered >= 0", name="counts"),
        Index("ix_sms_usage_day", "tenant_id", "day"),
        {"postgresql_partition_by": "range (id)"},
    )

    day: Mapped[date]
    at: Mapped[datetime]
    reserved_month: Mapped[str]
    link: Mapped[str]
    carrier: Mapped[str]
    category: Mapped[str]
    template: Mapped[str]
    reserved: Mapped[int]
    submitted: Mapped[int]
    delivered: Mapped[int]
    outcome: Mapped[str]
    booked_at: Mapped[datetime]
