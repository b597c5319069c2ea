"""Published revisions, which are inherited down the tenant line and never change, and drafts, which nobody else sees."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Inherited, Own, tenant_fk, utc_now
from tenants.catalogue.policy.content import ItemContent, content_of


class RevisionState(StrEnum):
    """What a revision says about its item in its tenant and below."""

    PUBLISHED = "published"
    REMOVED = "removed"
    INHERITED = "inherited"


class Origin(StrEnum):
    """Where a revision comes from."""

    TEMPLATE = "template"
    MANIFEST = "manifest"
    CHANGE = "change"


class ServiceItemRevision(Inherited, Base):
    """One frozen revision of an item in one tenant. The nearest tenant of the line that has one in force wins.

    `removed` takes the item away locally; `inherited` gives it back to the tenant above. `effective_from` is exact to the second.
    """

    __tablename__ = "service_item_revision"
    __readers__ = ("gjj_citizen",)
    __rights__ = ("select", "insert")
    __table_args__ = (
        UniqueConstraint("tenant_id", "code", "number", name="uq_service_item_revision_number"),
        UniqueConstraint("tenant_id", "change_id", name="uq_service_item_revision_change"),
        tenant_fk("change_id", "change_request", name="fk_service_item_revision_change"),
        CheckConstraint("state in ('published', 'removed', 'inherited')", name="state"),
        CheckConstraint("origin in ('template', 'manifest', 'change')", name="origin"),
        CheckConstraint("(origin = 'change') = (change_id is not null)", name="change"),
        CheckConstraint("number > 0", name="numbered"),
        CheckConstraint("date_trunc('second', effective_from) = effective_from", name="second"),
        Index("ix_service_item_revision_force", "tenant_id", "code", "effective_from"),
    )

    code: Mapped[str]
    number: Mapped[int]
    state: Mapped[str] = mapped_column(default=RevisionState.PUBLISHED)
    origin: Mapped[str]
    change_id: Mapped[UUID | None] = mapped_column(default=None)
    effective_from: Mapped[datetime]
    published_at: Mapped[datetime]
    name_zh: Mapped[str]
    service_class: Mapped[str]
    audience: Mapped[list[str]] = mapped_column(ARRAY(String))
    channels: Mapped[list[str]] = mapped_column(ARRAY(String))
    search_text: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)

    @property
    def item(self) -> ItemContent:
        """The content, typed."""
        return content_of(self.content)


class ServiceItemDraft(Own, Base):
    """What an editor of this tenant is writing for one item; deleted when it is published."""

    __tablename__ = "service_item_draft"
    __table_args__ = (UniqueConstraint("tenant_id", "code", name="uq_service_item_draft_code"),)

    code: Mapped[str]
    based_on: Mapped[UUID | None] = mapped_column(default=None)
    effective_from: Mapped[datetime | None] = mapped_column(default=None)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    editor_person_id: Mapped[UUID]
    editor_name: Mapped[str]
    saved_at: Mapped[datetime] = mapped_column(default=utc_now)

    @property
    def item(self) -> ItemContent:
        """The content, typed."""
        return content_of(self.content)
