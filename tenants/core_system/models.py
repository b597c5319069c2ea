"""Which core system a centre is connected to, and the books of the demo one."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own, utc_now


class Mode(StrEnum):
    """How the demo core system behaves."""

    NORMAL = "normal"
    SLOW = "slow"
    DOWN = "down"
    WRONG = "wrong"


class CoreLink(Own, Base):
    """The connection of this centre: one row, or none where no core system is connected. Times in milliseconds."""

    __tablename__ = "core_link"
    __readers__ = ("gjj_citizen",)
    __table_args__ = (
        UniqueConstraint("tenant_id"),
        CheckConstraint("adapter in ('demo')", name="adapter"),
        CheckConstraint("mode in ('normal', 'slow', 'down', 'wrong')", name="mode"),
        CheckConstraint("timeout_ms between 50 and 10000 and delay_ms between 0 and 60000", name="times"),
    )

    adapter: Mapped[str]
    mode: Mapped[str] = mapped_column(default=Mode.NORMAL)
    timeout_ms: Mapped[int] = mapped_column(default=2000)
    delay_ms: Mapped[int] = mapped_column(default=4000)
    changed_at: Mapped[datetime] = mapped_column(default=utc_now)


class DemoCoreEntry(Own, Base):
    """A withdrawal in the demo core's own books: written in its own transaction, as a system elsewhere would."""

    __tablename__ = "core_demo_entry"
    __rights__ = ("select", "insert")
    __unaudited__ = "books of the demo core system, which stands for a system elsewhere"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key"),
        UniqueConstraint("tenant_id", "core_no"),
        CheckConstraint("outcome in ('paid', 'failed')", name="outcome"),
        Index("ix_core_demo_entry_person", "tenant_id", "person_mark"),
    )

    key: Mapped[str]
    person_mark: Mapped[str]
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str]
    core_no: Mapped[str]
    asked_at: Mapped[datetime]
    settles_at: Mapped[datetime]
