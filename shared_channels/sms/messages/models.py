"""Messages, their keys and the queue. `tenant_id` is the tenant that pays. Written by the functions of the SMS service only."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Double, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own


class MessageState(StrEnum):
    """Where a message is; from `delivered` on it is final, and reports move it upwards only."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REFUSED = "refused"
    STOPPED = "stopped"


class SmsMessage(Own, Base):
    """One message. `phone` and `text` are sealed with the payer's key; the text of a code is wiped at its final state.

    `due_at` and `expires_at` are wall-clock times, `accepted_at` and `month` business time (decision D38).
    """

    __tablename__ = "sms_message"
    __rights__ = ("select",)
    __table_args__ = (
        CheckConstraint(
            "state in ('queued', 'sending', 'sent', 'delivered', 'failed', 'unknown', 'expired', 'refused', 'stopped')",
            name="state",
        ),
        CheckConstraint("category in ('OTP', 'NOTICE', 'QUERY_REPLY', 'POLICY')", name="category"),
        CheckConstraint("segments > 0", name="segments"),
        Index("ix_sms_message_phone", "tenant_id", "phone_index", "id"),
        {"postgresql_partition_by": "range (id)"},
    )

    template_id: Mapped[UUID]
    template_code: Mapped[str]
    template_number: Mapped[int]
    category: Mapped[str]
    never_stopped: Mapped[bool]
    lane: Mapped[int] = mapped_column(SmallInteger)
    phone: Mapped[bytes]
    phone_index: Mapped[bytes]
    text: Mapped[bytes | None]
    sender_code: Mapped[str]
    segments: Mapped[int]
    state: Mapped[str]
    month: Mapped[str]
    accepted_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    link: Mapped[str | None]
    carrier: Mapped[str | None]
    attempts: Mapped[int]
    status_code: Mapped[str | None]
    final_at: Mapped[datetime | None]
    origin_kind: Mapped[str]
    origin_id: Mapped[str]
    accepted_in: Mapped[UUID]


class SmsKey(Own, Base):
    """The caller's key of a message: the same key gives the same message, ever (house §8)."""

    __tablename__ = "sms_key"
    __rights__ = ("select",)
    __table_args__ = (
        UniqueConstraint("tenant_id", "key", name="uq_sms_key_key"),
        Index("ix_sms_key_message", "tenant_id", "message_id"),
    )

    key: Mapped[str]
    message_id: Mapped[UUID]
    content_hash: Mapped[bytes]
    made_at: Mapped[datetime]


class SmsQueue(Own, Base):
    """A message that waits for a carrier, under the message's id. Order: lane, then virtual time (decision D21)."""

    __tablename__ = "sms_queue"
    __rights__ = ("select",)
    __unaudited__ = "a queue: the accepting of the message is audited"
    __table_args__ = (
        CheckConstraint("lane between 0 and 2", name="lane"),
        Index("ix_sms_queue_ready", "lane", "vtime", "id", postgresql_where=text("leased_until is null")),
        Index("ix_sms_queue_leased", "leased_until", postgresql_where=text("leased_until is not null")),
        Index("ix_sms_queue_expiry", "expires_at", postgresql_where=text("expires_at is not null")),
    )

    lane: Mapped[int] = mapped_column(SmallInteger)
    vtime: Mapped[float] = mapped_column(Double)
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    segments: Mapped[int]
    leased_until: Mapped[datetime | None]
    token: Mapped[UUID | None]
    link: Mapped[str | None]
    attempts: Mapped[int]
