"""Statements: issued ones in their tenant, received ones and running sums of those below in the tenants above. Bytes are never changed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own


class IssuedStatement(Own, Base):
    """A month's statement as it was issued: `body` is its exact bytes. `issued_by` is a person's id or `system`."""

    __tablename__ = "sms_statement"
    __rights__ = ("select", "insert")
    __table_args__ = (
        UniqueConstraint("tenant_id", "month"),
        CheckConstraint("body_hash = sha256(body)", name="hash"),
    )

    month: Mapped[str]
    number: Mapped[str]
    body: Mapped[bytes]
    body_hash: Mapped[bytes]
    segments: Mapped[int] = mapped_column(BigInteger)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    issued_at: Mapped[datetime]
    issued_by: Mapped[str]


class ReceivedStatement(Own, Base):
    """The same bytes, handed up by a tenant below: once for each month, checked against their hash."""

    __tablename__ = "sms_statement_received"
    __readers__ = ("gjj_province_reader",)
    __rights__ = ("select", "insert")
    __unaudited__ = "an exact copy of what its tenant issued and audited"
    __table_args__ = (
        UniqueConstraint("tenant_id", "subject_id", "month", name="uq_sms_statement_received_month"),
        Index("ix_sms_statement_received_month", "tenant_id", "month"),
        CheckConstraint("body_hash = sha256(body)", name="hash"),
    )

    month: Mapped[str]
    number: Mapped[str]
    body: Mapped[bytes]
    body_hash: Mapped[bytes]
    segments: Mapped[int] = mapped_column(BigInteger)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    issued_at: Mapped[datetime]
    subject_id: Mapped[UUID]
    received_at: Mapped[datetime]


class RunningMonth(Own, Base):
    """What a tenant below has sent so far in a month that is not issued; the newest hand-over stands."""

    __tablename__ = "sms_running_month"
    __readers__ = ("gjj_province_reader",)
    __rights__ = ("select", "insert", "update")
    __unaudited__ = "a copy of sums that are computed from metered messages, replaced by each hand-over"
    __table_args__ = (
        UniqueConstraint("tenant_id", "subject_id", "month", name="uq_sms_running_month_subject"),
        Index("ix_sms_running_month_month", "tenant_id", "month"),
    )

    subject_id: Mapped[UUID]
    month: Mapped[str]
    body: Mapped[bytes]
    segments: Mapped[int] = mapped_column(BigInteger)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    as_of: Mapped[datetime]
