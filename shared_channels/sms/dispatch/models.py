"""Segments of messages as carriers know them. Written by the gateway's functions only."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own


class SmsSegment(Own, Base):
    """One segment of one attempt. `id` is the message's id with its last four digits replaced by attempt and part, so all segments of
    a message are one range of the key. `rank`: a report moves a segment upwards only; 9 is final. `carrier_id` is empty
    while (or when) the carrier did not answer."""

    __tablename__ = "sms_segment"
    __rights__ = ("select",)
    __unaudited__ = "what carriers say: the accepting of the message is audited"
    __table_args__ = (
        CheckConstraint(
            "state in ('written', 'taken', 'enroute', 'delivered', 'failed', 'expired', 'deleted', 'rejected', 'refused', 'unknown')",
            name="state",
        ),
        CheckConstraint("rank between 1 and 9", name="rank"),
        Index("ix_sms_segment_open", "answered_at", postgresql_where=text("rank < 9")),
        {"postgresql_partition_by": "range (id)"},
    )

    message_id: Mapped[UUID]
    attempt: Mapped[int]
    part: Mapped[int]
    parts: Mapped[int]
    link: Mapped[str]
    carrier: Mapped[str]
    account: Mapped[str]
    carrier_id: Mapped[str | None]
    state: Mapped[str]
    rank: Mapped[int] = mapped_column(SmallInteger)
    code: Mapped[str]
    answered_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
