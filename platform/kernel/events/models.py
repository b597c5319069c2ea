"""The outbox: work that follows a fact, in the fact's own transaction. Due times, leases and retries live here, not in the broker."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own, utc_now


class OutboxEvent(Own, Base):
    """One piece of work for one handler. `payload` holds ids and codes only: never personal data."""

    __tablename__ = "outbox_event"
    __unaudited__ = "the fact that it follows is audited"
    __table_args__ = (
        CheckConstraint("state in ('ready', 'leased', 'done', 'dead')", name="state"),
        Index(
            "ix_outbox_event_due",
            "tenant_id",
            "due_at",
            postgresql_where=text("state in ('ready', 'leased')"),
        ),
        {"postgresql_partition_by": "range (id)"},
    )

    name: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(default="ready")
    due_at: Mapped[datetime] = mapped_column(default=utc_now)
    attempts: Mapped[int] = mapped_column(default=0)
    token: Mapped[UUID | None] = mapped_column(default=None)
    last_error: Mapped[str | None] = mapped_column(default=None)
    made_at: Mapped[datetime] = mapped_column(default=utc_now)
    done_at: Mapped[datetime | None] = mapped_column(default=None)


class JobKey(Own, Base):
    """A key that makes enqueueing idempotent; unique keys don't fit into partitions (decision D14)."""

    __tablename__ = "job_key"
    __unaudited__ = "the fact that it follows is audited"
    __table_args__ = (UniqueConstraint("tenant_id", "key"),)

    key: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=utc_now)


class InboxReceipt(Own, Base):
    """An event of another tenant that has taken effect here: the same event never takes effect twice."""

    __tablename__ = "inbox_receipt"
    __rights__ = ("select", "insert")
    __unaudited__ = "the effect that it guards is audited"
    __table_args__ = (UniqueConstraint("tenant_id", "source_tenant_id", "event_id"),)

    source_tenant_id: Mapped[UUID]
    event_id: Mapped[UUID]
    received_at: Mapped[datetime] = mapped_column(default=utc_now)
