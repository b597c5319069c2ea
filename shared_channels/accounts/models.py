"""Accounts and what belongs to them. Province tenant: account, consent, session, challenge, limit, place. Centre tenant: binding,
counter code (decision D8). A phone number, a name, an identity number stand here sealed only."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, SmallInteger, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from kernel.db.model import Base, Own, tenant_fk, utc_now


class AccountState(StrEnum):
    """An account's life."""

    ACTIVE = "active"
    LOCKED = "locked"
    CLOSED = "closed"


class BindingKind(StrEnum):
    """As whom an account acts at a centre."""

    DEPOSITOR = "depositor"
    EMPLOYER = "employer"


class ProvenBy(StrEnum):
    """Who vouches for a binding: the centre's core system, or a clerk who saw the papers."""

    CORE = "core"
    COUNTER = "counter"


class Account(Own, Base):
    """One person's account in the province, known by a phone number that was proven by a code."""

    __tablename__ = "account"
    __rights__ = ("select", "insert", "update")
    __citizen__ = "id"
    __table_args__ = (
        UniqueConstraint("tenant_id", "phone_index"),
        CheckConstraint("state in ('active', 'locked', 'closed')", name="state"),
    )

    phone: Mapped[bytes] = mapped_column(LargeBinary)
    phone_index: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(default=AccountState.ACTIVE)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class AccountConsent(Own, Base):
    """Which version of the privacy notice the person agreed to, when, at whose page and through which channel."""

    __tablename__ = "account_consent"
    __rights__ = ("select", "insert")
    __citizen__ = "account_id"
    __table_args__ = (
        tenant_fk("account_id", "account"),
        UniqueConstraint("tenant_id", "account_id", "notice_version"),
    )

    account_id: Mapped[UUID]
    notice_version: Mapped[str]
    centre_code: Mapped[str] = mapped_column(default="")
    channel: Mapped[str]
    agreed_at: Mapped[datetime] = mapped_column(default=utc_now)


class AccountSession(Own, Base):
    """A log-in on one device or through one channel: opaque key → this row. Ending it works at the next request, everywhere.

    A real person is proven for one binding (`real_person_for`): who is bound elsewhere under another name gains nothing by it.
    """

    __tablename__ = "account_session"
    __rights__ = ("select", "insert", "update")
    __citizen__ = "account_id"
    __unaudited__ = "log-in and log-out are audited by their verbs; every request touches `seen_at`"
    __table_args__ = (
        tenant_fk("account_id", "account"),
        UniqueConstraint("tenant_id", "key_hash"),
        Index("ix_account_session_account", "tenant_id", "account_id"),
    )

    account_id: Mapped[UUID]
    key_hash: Mapped[bytes] = mapped_column(LargeBinary)
    channel: Mapped[str]
    client_id: Mapped[UUID | None] = mapped_column(default=None)
    centre_id: Mapped[UUID | None] = mapped_column(default=None)
    device: Mapped[str] = mapped_column(default="")
    real_person_at: Mapped[datetime | None] = mapped_column(default=None)
    real_person_by: Mapped[str | None] = mapped_column(default=None)
    real_person_for: Mapped[UUID | None] = mapped_column(default=None)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    seen_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class AccountChallenge(Own, Base):
    """A code that was sent: for one purpose, for the holder of one key, once. The key is kept nowhere, so the code can't be found here."""

    __tablename__ = "account_challenge"
    __rights__ = ("select", "insert", "update")
    __unaudited__ = (
        "counters of guesses; sending, logging in and running out of guesses are audited by their verbs"
    )
    __table_args__ = (
        UniqueConstraint("tenant_id", "key_hash"),
        CheckConstraint("attempts between 0 and 5", name="attempts"),
    )

    key_hash: Mapped[bytes] = mapped_column(LargeBinary)
    purpose: Mapped[str]
    phone: Mapped[bytes] = mapped_column(LargeBinary)
    phone_index: Mapped[bytes] = mapped_column(LargeBinary)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    account_id: Mapped[UUID | None] = mapped_column(default=None)
    client_id: Mapped[UUID | None] = mapped_column(default=None)
    holder: Mapped[bytes] = mapped_column(LargeBinary, default=b"")
    attempts: Mapped[int] = mapped_column(SmallInteger, default=0)
    made_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    proven_at: Mapped[datetime | None] = mapped_column(default=None)
    used_at: Mapped[datetime | None] = mapped_column(default=None)


class AccountLimit(Own, Base):
    """How often something was asked for in one window of time. `key` is a keyed hash: it names nobody."""

    __tablename__ = "account_limit"
    __unaudited__ = "counters"
    __table_args__ = (
        UniqueConstraint("tenant_id", "key"),
        Index("ix_account_limit_ends", "tenant_id", "ends_at"),
    )

    key: Mapped[bytes] = mapped_column(LargeBinary)
    taken: Mapped[int] = mapped_column(default=1)
    ends_at: Mapped[datetime]


class AccountPlace(Own, Base):
    """Where an account is bound: kept by the province, so that a person sees every centre and no centre sees another."""

    __tablename__ = "account_place"
    __rights__ = ("select", "insert", "update")
    __citizen__ = "account_id"
    __unaudited__ = "binding and unbinding are audited in the centre"
    __table_args__ = (
        tenant_fk("account_id", "account"),
        UniqueConstraint("tenant_id", "binding_id"),
        Index("ix_account_place_account", "tenant_id", "account_id"),
        CheckConstraint("kind in ('depositor', 'employer')", name="kind"),
    )

    account_id: Mapped[UUID]
    centre_id: Mapped[UUID]
    binding_id: Mapped[UUID]
    kind: Mapped[str]
    bound_at: Mapped[datetime] = mapped_column(default=utc_now)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class AccountBinding(Own, Base):
    """An account acts for this depositor, or for this employer, of the centre. The account itself sees its rows and changes none."""

    __tablename__ = "account_binding"
    __rights__ = ("select", "insert", "update")
    __citizen__ = "account_id"
    __table_args__ = (
        CheckConstraint("kind in ('depositor', 'employer')", name="kind"),
        CheckConstraint("proven_by in ('core', 'counter')", name="proven_by"),
        Index(
            "uq_account_binding_live", "tenant_id", "account_id", "kind", "person_index",
            unique=True, postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "uq_account_binding_one_depositor", "tenant_id", "account_id",
            unique=True, postgresql_where=text("ended_at IS NULL AND kind = 'depositor'"),
        ),
        Index(
            "uq_account_binding_person", "tenant_id", "person_index",
            unique=True, postgresql_where=text("ended_at IS NULL AND kind = 'depositor'"),
        ),
    )  # fmt: skip

    account_id: Mapped[UUID]
    kind: Mapped[str]
    person_ref: Mapped[bytes] = mapped_column(LargeBinary)
    person_index: Mapped[bytes] = mapped_column(LargeBinary)
    name: Mapped[bytes] = mapped_column(LargeBinary)
    identity_index: Mapped[bytes] = mapped_column(LargeBinary)
    unit_code: Mapped[str] = mapped_column(default="")
    proven_by: Mapped[str]
    clerk_id: Mapped[UUID | None] = mapped_column(default=None)
    bound_at: Mapped[datetime] = mapped_column(default=utc_now)
    ended_at: Mapped[datetime | None] = mapped_column(default=None)


class CounterCode(Own, Base):
    """A code that a person shows at the counter, where a clerk compares face and card: binds, or proves the real person."""

    __tablename__ = "account_counter_code"
    __rights__ = ("select", "insert", "update")
    __citizen__ = "account_id"
    __unaudited__ = "lives ten minutes; its use is audited by the clerk's verb"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code_hash"),
        Index("ix_account_counter_code_account", "tenant_id", "account_id"),
        CheckConstraint("purpose in ('bind', 'real_person')", name="purpose"),
    )

    account_id: Mapped[UUID]
    session_id: Mapped[UUID]
    purpose: Mapped[str]
    code_hash: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)
    used_by: Mapped[UUID | None] = mapped_column(default=None)
    result_id: Mapped[UUID | None] = mapped_column(default=None)
