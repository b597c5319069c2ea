"""The chain as the app may read it. Rows come only from `k.audit_append`; nobody updates or deletes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own, utc_now


class AuditHead(Own, Base):
    """The newest entry of a tenant's chain."""

    __tablename__ = "audit_head"
    __readers__ = ("gjj_auditor",)
    __rights__ = ("select",)

    seq: Mapped[int] = mapped_column(BigInteger)
    head_hash: Mapped[bytes] = mapped_column(LargeBinary)
    changed_at: Mapped[datetime] = mapped_column(server_default=text("now()"))


class AuditEvent(Own, Base):
    """One entry. `body` holds the exact bytes; the other columns were read from them by the database."""

    __tablename__ = "audit_event"
    __readers__ = ("gjj_auditor",)
    __rights__ = ("select",)
    __table_args__ = (
        Index("ix_audit_event_seq", "tenant_id", "seq"),
        Index("ix_audit_event_object", "tenant_id", "object_kind", "object_id"),
        Index("ix_audit_event_actor", "tenant_id", "actor", "seq"),
        {"postgresql_partition_by": "range (id)"},
    )

    seq: Mapped[int] = mapped_column(BigInteger)
    prev_hash: Mapped[bytes] = mapped_column(LargeBinary)
    entry_hash: Mapped[bytes] = mapped_column(LargeBinary)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime]
    actor: Mapped[str]
    actor_name: Mapped[str]
    action: Mapped[str]
    object_kind: Mapped[str]
    object_id: Mapped[str]
    summary: Mapped[str]
    request_id: Mapped[str]


class AuditWitness(Own, Base):
    """A copy of a checkpoint that this tenant keeps for itself: what was signed once can't be told otherwise later."""

    __tablename__ = "audit_witness"
    __readers__ = ("gjj_auditor",)
    __rights__ = ("select", "insert")
    __unaudited__ = "copies of signed evidence; an event for each would ask for the next copy"
    __table_args__ = (UniqueConstraint("tenant_id", "number", name="uq_audit_witness_tenant_id"),)

    number: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    public: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int] = mapped_column(BigInteger)
    head_hash: Mapped[bytes] = mapped_column(LargeBinary)
    place: Mapped[int]
    proof: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime] = mapped_column(default=utc_now)
