"""Change requests: exact bytes, their hash, maker and checker. The database refuses a checker who is the maker."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own, tenant_fk, utc_now


class ChangeState(StrEnum):
    """A request's life. Approval and execution are one step in one transaction."""

    PENDING = "pending"
    EXECUTED = "executed"
    SENT_BACK = "sent_back"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


CHANGE_STATE_ZH = {
    ChangeState.PENDING: "待审批",
    ChangeState.EXECUTED: "已生效",
    ChangeState.SENT_BACK: "已退回",
    ChangeState.WITHDRAWN: "已撤回",
    ChangeState.EXPIRED: "已过期",
}


class ChangeRequest(Own, Base):
    """A proposed guarded operation. `payload` is what is executed and `content_hash` is what the checker saw."""

    __tablename__ = "change_request"
    __rights__ = ("select", "insert", "update")
    __table_args__ = (
        CheckConstraint("checker_person_id <> maker_person_id", name="four_eyes"),
        CheckConstraint("content_hash = sha256(payload)", name="hash"),
        CheckConstraint(
            "state in ('pending', 'executed', 'sent_back', 'withdrawn', 'expired')", name="state"
        ),
        CheckConstraint("(state = 'executed') = (executed_at is not null)", name="executed"),
        CheckConstraint("state <> 'executed' or checker_person_id is not null", name="checked"),
        Index("ix_change_request_open", "tenant_id", "made_at", postgresql_where=text("state = 'pending'")),
        Index("ix_change_request_object", "tenant_id", "object_kind", "object_id"),
    )

    kind: Mapped[str]
    title_zh: Mapped[str]
    reason_zh: Mapped[str]
    object_kind: Mapped[str]
    object_id: Mapped[str]
    payload: Mapped[bytes] = mapped_column(LargeBinary)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    difference: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(default=ChangeState.PENDING)
    maker_person_id: Mapped[UUID]
    maker_name: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    checker_person_id: Mapped[UUID | None] = mapped_column(default=None)
    checker_name: Mapped[str | None] = mapped_column(default=None)
    decided_at: Mapped[datetime | None] = mapped_column(default=None)
    note_zh: Mapped[str | None] = mapped_column(default=None)
    executed_at: Mapped[datetime | None] = mapped_column(default=None)


class ChangeComment(Own, Base):
    """A remark on a change request; kept."""

    __tablename__ = "change_comment"
    __rights__ = ("select", "insert")
    __table_args__ = (
        tenant_fk("change_id", "change_request"),
        Index("ix_change_comment_change", "tenant_id", "change_id"),
    )

    change_id: Mapped[UUID]
    person_id: Mapped[UUID]
    name_zh: Mapped[str]
    text_zh: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=utc_now)
