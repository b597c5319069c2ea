"""Who may act in a tenant: membership, role grants, sessions (decision D9). Keycloak and the embedded issuer hold people, not roles."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own, tenant_fk, utc_now


class MembershipState(StrEnum):
    """A post's life."""

    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"


class Membership(Own, Base):
    """A person's post in a tenant. `person_id` is the same in every tenant: derived from issuer and subject."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("tenant_id", "person_id"),
        tenant_fk("unit_id", "org_unit"),
        Index("ix_membership_unit", "tenant_id", "unit_id"),
        Index("ix_membership_person", "person_id"),
        CheckConstraint("state in ('invited', 'active', 'disabled')", name="state"),
    )

    person_id: Mapped[UUID]
    issuer: Mapped[str]
    subject: Mapped[str]
    name_zh: Mapped[str]
    title_zh: Mapped[str] = mapped_column(default="")
    unit_id: Mapped[UUID | None] = mapped_column(default=None)
    state: Mapped[str] = mapped_column(default=MembershipState.ACTIVE)
    valid_to: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class RoleGrant(Own, Base):
    """A role of a person in this tenant: by the signed manifest or by an approved change, revoked rather than deleted."""

    __tablename__ = "role_grant"
    __table_args__ = (
        tenant_fk("membership_id", "membership"),
        Index("ix_role_grant_membership", "tenant_id", "membership_id"),
        Index(
            "uq_role_grant_live", "tenant_id", "membership_id", "role_code",
            unique=True, postgresql_where=text("revoked_at IS NULL"),
        ),
        ExcludeConstraint(
            ("tenant_id", "="), ("person_id", "="), ("officer", "<>"),
            name="ex_role_grant_officers", using="gist",
            where=text("officer IS NOT NULL AND revoked_at IS NULL"),
        ),
        CheckConstraint("origin in ('manifest', 'change')", name="origin"),
        CheckConstraint("(origin = 'change') = (change_id is not null)", name="change"),
    )  # fmt: skip

    membership_id: Mapped[UUID]
    person_id: Mapped[UUID]
    role_code: Mapped[str]
    officer: Mapped[str | None] = mapped_column(default=None)
    origin: Mapped[str]
    change_id: Mapped[UUID | None] = mapped_column(default=None)
    valid_to: Mapped[datetime | None] = mapped_column(default=None)
    granted_at: Mapped[datetime] = mapped_column(default=utc_now)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


class WebSession(Own, Base):
    """A console session: opaque cookie → directory → this row. The issuer's tokens stay here, encrypted."""

    __tablename__ = "session"
    __unaudited__ = "log-in and log-out are audited by their verbs; every request touches `seen_at`"
    __table_args__ = (
        tenant_fk("membership_id", "membership"),
        Index("ix_session_membership", "tenant_id", "membership_id"),
    )

    membership_id: Mapped[UUID]
    person_id: Mapped[UUID]
    issuer_session: Mapped[str] = mapped_column(default="")
    tokens: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    seen_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
