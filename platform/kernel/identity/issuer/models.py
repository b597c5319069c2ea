"""The issuer's rows. Of class own and used in the province tenant only: accounts are the province's (decision D8)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Index, LargeBinary, String, UniqueConstraint, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own, tenant_fk, utc_now


class IssuerPerson(Own, Base):
    """A person who can prove who they are. `totp_secret` is encrypted; `totp_step` is the last time step used up."""

    __tablename__ = "issuer_person"
    __rights__ = ("select", "insert", "update")
    __table_args__ = (UniqueConstraint("tenant_id", "username"),)

    username: Mapped[str]
    display_name: Mapped[str]
    enabled: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str | None] = mapped_column(default=None)
    password_change_due: Mapped[bool] = mapped_column(default=False)
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)
    totp_step: Mapped[int] = mapped_column(default=0)
    credential_epoch: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class IssuerRecoveryCode(Own, Base):
    """A digest of a code that stands in for a lost second factor, once."""

    __tablename__ = "issuer_recovery_code"
    __table_args__ = (
        tenant_fk("person_id", "issuer_person", name="fk_issuer_recovery_code_person"),
        UniqueConstraint("tenant_id", "person_id", "code_hash"),
    )

    person_id: Mapped[UUID]
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)


class IssuerAttempt(Own, Base):
    """A counter that guards guesses: counted before anything is evaluated (rule R14)."""

    __tablename__ = "issuer_attempt"
    __unaudited__ = "counts guesses before they are evaluated; a log-in is audited by its session"
    __table_args__ = (UniqueConstraint("tenant_id", "key"),)

    key: Mapped[bytes] = mapped_column(LargeBinary)
    attempts: Mapped[int]
    last_at: Mapped[datetime]


class IssuerInvitation(Own, Base):
    """A link, good once. `officer_ids`: who decided it; two for a reset."""

    __tablename__ = "issuer_invitation"
    __rights__ = ("select", "insert", "update")
    __table_args__ = (
        tenant_fk("person_id", "issuer_person", name="fk_issuer_invitation_person"),
        Index("ix_issuer_invitation_person", "tenant_id", "person_id"),
        UniqueConstraint("tenant_id", "token_hash"),
        CheckConstraint("kind in ('join', 'reset')", name="kind"),
        CheckConstraint("kind <> 'reset' or cardinality(officer_ids) = 2", name="officers"),
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    person_id: Mapped[UUID]
    kind: Mapped[str]
    officer_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    closed_at: Mapped[datetime | None] = mapped_column(default=None)


class IssuerSession(Own, Base):
    """A log-in at the issuer; `id` is the `sid` of its tokens."""

    __tablename__ = "issuer_session"
    __rights__ = ("select", "insert", "update")
    __unaudited__ = "beginning and end are audited by their verbs; every use moves the idle time on"
    __table_args__ = (
        tenant_fk("person_id", "issuer_person", name="fk_issuer_session_person"),
        Index("ix_issuer_session_person", "tenant_id", "person_id"),
        UniqueConstraint("tenant_id", "key_hash"),
    )

    key_hash: Mapped[bytes] = mapped_column(LargeBinary)
    person_id: Mapped[UUID]
    authenticated_at: Mapped[datetime]
    factors: Mapped[list[str]] = mapped_column(ARRAY(String))
    idle_until: Mapped[datetime]
    expires_at: Mapped[datetime]
    notice_shown: Mapped[bool]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class _Token:
    """What an authorization code and the refresh tokens of its family have in common."""

    family_id: Mapped[UUID]
    session_id: Mapped[UUID]
    person_id: Mapped[UUID]
    client_id: Mapped[str]
    scope: Mapped[str]
    authenticated_at: Mapped[datetime]
    factors: Mapped[list[str]] = mapped_column(ARRAY(String))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)


class IssuerCode(_Token, Own, Base):
    """An authorization code. One code is one family of tokens; `family_ended_at` ends them all, whenever they were made."""

    __tablename__ = "issuer_code"
    __unaudited__ = "lives for a minute inside an audited log-in; a second use is audited"
    __table_args__ = (
        tenant_fk("session_id", "issuer_session", name="fk_issuer_code_session"),
        Index("ix_issuer_code_session", "tenant_id", "session_id"),
        UniqueConstraint("tenant_id", "code_hash", name="uq_issuer_code_hash"),
        UniqueConstraint("tenant_id", "family_id", name="uq_issuer_code_family"),
    )

    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    redirect_uri: Mapped[str]
    nonce: Mapped[str | None]
    challenge: Mapped[str]
    family_ended_at: Mapped[datetime | None] = mapped_column(default=None)


class IssuerRefresh(_Token, Own, Base):
    """One link of a family's chain of refresh tokens."""

    __tablename__ = "issuer_refresh"
    __unaudited__ = "rotates every few minutes inside an audited log-in; a second use is audited"
    __table_args__ = (
        tenant_fk("session_id", "issuer_session", name="fk_issuer_refresh_session"),
        Index("ix_issuer_refresh_session", "tenant_id", "session_id"),
        UniqueConstraint("tenant_id", "token_hash"),
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary)


class IssuerKey(Own, Base):
    """An RSA key of the issuer; `private_pem` is encrypted."""

    __tablename__ = "issuer_key"
    __rights__ = ("select", "insert", "delete")
    __table_args__ = (UniqueConstraint("tenant_id", "kid"),)

    kid: Mapped[str]
    private_pem: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
