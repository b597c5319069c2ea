"""Who is behind a log-in, where an account is bound, which devices it is used on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from kernel.crypto.blind_index import IndexedField
from kernel.crypto.framing import framed
from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import RevealPurpose, Secret, reveal
from kernel.db import TenantSession, utc_now
from kernel.vault import of as vault_of
from shared_channels.accounts.errors import NotBound
from shared_channels.accounts.models import (
    Account,
    AccountBinding,
    AccountChallenge,
    AccountPlace,
    AccountSession,
    AccountState,
    BindingKind,
    CounterCode,
)
from shared_channels.accounts.policy import CODE_LIFE, PROOF_LIFE, Purpose, level_of, rules_of


@dataclass(frozen=True)
class SignedIn:
    """A live log-in."""

    account_id: UUID
    session_id: UUID
    phone: Secret[str]
    channel: str
    centre_id: UUID | None
    client_id: UUID | None
    real_person_at: datetime | None
    real_person_for: UUID | None

    def level(self, binding_id: UUID | None) -> int:
        """1 by code; 2 for a bound person; 3 while the real person was proven in this log-in, for this binding."""
        proven = self.real_person_at if binding_id == self.real_person_for else None
        return level_of(binding_id is not None, proven, utc_now())


@dataclass(frozen=True)
class Waiting:
    """A code that was sent, or a number that was proven, for the holder of a key."""

    purpose: Purpose
    phone: Secret[str]
    proven: bool


def signed_in(session: TenantSession, key: str) -> SignedIn | None:
    """The log-in behind an opaque key; None when it ended, idled out or expired, or the account is not active. Province tenant."""
    now = utc_now()
    row = session.execute(
        select(AccountSession, Account.phone)
        .join(
            Account,
            (Account.tenant_id == AccountSession.tenant_id) & (Account.id == AccountSession.account_id),
        )
        .where(
            AccountSession.key_hash == key_hash(key),
            AccountSession.ended_at.is_(None),
            AccountSession.expires_at > now,
            Account.state == AccountState.ACTIVE,
        )
    ).first()
    if row is None or row[0].seen_at <= now - rules_of(row[0].channel).idle:
        return None
    mine: AccountSession = row[0]
    phone = vault_of(session).open("account", "phone", mine.account_id, row[1], MaskKind.PHONE)
    return SignedIn(
        mine.account_id, mine.id, phone, mine.channel, mine.centre_id, mine.client_id,
        mine.real_person_at, mine.real_person_for,
    )  # fmt: skip


def key_hash(key: str) -> bytes:
    """Under which hash a random key is kept."""
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()


def phone_index(session: TenantSession, phone: Secret[str]) -> bytes:
    """The province's index of a phone number."""
    return vault_of(session).index(IndexedField.PHONE, phone)


def number_index(session: TenantSession, number: Secret[str]) -> bytes:
    """The index of an identity number under the keys of the session's tenant."""
    return vault_of(session).index(IndexedField.ID_NUMBER, number)


def waiting(session: TenantSession, key: str) -> Waiting | None:
    """The code or proof that belongs to a key, as the page of its holder shows it. Province tenant."""
    row = session.scalars(
        select(AccountChallenge).where(
            AccountChallenge.key_hash == key_hash(key),
            AccountChallenge.used_at.is_(None),
            AccountChallenge.made_at > utc_now() - CODE_LIFE - PROOF_LIFE,
        )
    ).first()
    if row is None:
        return None
    phone = vault_of(session).open("account_challenge", "phone", row.id, row.phone, MaskKind.PHONE)
    return Waiting(Purpose(row.purpose), phone, row.proven_at is not None)


def account_of_phone(session: TenantSession, phone: Secret[str]) -> Account | None:
    """The account of a number that was just proven. Never asked before a code was right. Province tenant."""
    candidates = vault_of(session).candidates(IndexedField.PHONE, phone)
    return session.scalars(select(Account).where(Account.phone_index.in_(candidates))).first()


@dataclass(frozen=True)
class Device:
    """A live log-in as its owner sees it."""

    id: UUID
    channel: str
    device: str
    seen_at: datetime


@dataclass(frozen=True)
class Place:
    """A centre where an account is bound."""

    centre_id: UUID
    binding_id: UUID
    kind: str


def devices(session: TenantSession, account_id: UUID) -> list[Device]:
    """Live log-ins of an account, the one used last first. Province tenant."""
    now = utc_now()
    rows = session.execute(
        select(AccountSession.id, AccountSession.channel, AccountSession.device, AccountSession.seen_at)
        .where(
            AccountSession.account_id == account_id,
            AccountSession.ended_at.is_(None),
            AccountSession.expires_at > now,
        )
        .order_by(AccountSession.seen_at.desc())
        .limit(50)
    ).all()
    return [Device(*row) for row in rows if row.seen_at > now - rules_of(row.channel).idle]


def places(session: TenantSession, account_id: UUID) -> list[Place]:
    """Every centre where the account is bound, the oldest first. Province tenant."""
    rows = session.execute(
        select(AccountPlace.centre_id, AccountPlace.binding_id, AccountPlace.kind)
        .where(AccountPlace.account_id == account_id, AccountPlace.ended_at.is_(None))
        .order_by(AccountPlace.bound_at)
    ).all()
    return [Place(*row) for row in rows]


def binding_of(
    session: TenantSession, account_id: UUID, kind: BindingKind = BindingKind.DEPOSITOR
) -> AccountBinding | None:
    """The account's live binding here. Centre tenant."""
    return session.scalars(
        select(AccountBinding)
        .where(
            AccountBinding.account_id == account_id,
            AccountBinding.kind == kind,
            AccountBinding.ended_at.is_(None),
        )
        .order_by(AccountBinding.bound_at.desc())
    ).first()


def need_binding(
    session: TenantSession, account_id: UUID, kind: BindingKind = BindingKind.DEPOSITOR
) -> AccountBinding:
    """The same. Raises NotBound."""
    found = binding_of(session, account_id, kind)
    if found is None:
        raise NotBound
    return found


def name_of(session: TenantSession, binding: AccountBinding) -> Secret[str]:
    """The bound person's name. Centre tenant."""
    return vault_of(session).open("account_binding", "name", binding.id, binding.name, MaskKind.NAME)


def core_ref_of(session: TenantSession, binding: AccountBinding) -> str:
    """The core system's word for the bound person, to ask the core system with. Centre tenant."""
    stored = binding.person_ref
    opened = vault_of(session).open("account_binding", "person_ref", binding.id, stored, MaskKind.ACCOUNT)
    return reveal(opened, RevealPurpose.CORE_SYSTEM)


def used_counter_code(session: TenantSession, account_id: UUID, session_id: UUID) -> CounterCode | None:
    """The newest counter code of this log-in that a clerk has used to prove the real person. Centre tenant."""
    return session.scalars(
        select(CounterCode)
        .where(
            CounterCode.account_id == account_id,
            CounterCode.session_id == session_id,
            CounterCode.purpose == "real_person",
            CounterCode.used_at.is_not(None),
        )
        .order_by(CounterCode.used_at.desc())
    ).first()


COUNTER_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
COUNTER_LENGTH = 8


def counter_code_hash(tenant_id: UUID, code: Secret[str]) -> bytes:
    """Under which hash a counter code is kept; however it is spelt, with or without spaces and hyphens."""
    text = reveal(code, RevealPurpose.TOKEN_HASH).upper()
    plain = "".join(sign for sign in text if sign in COUNTER_ALPHABET)
    return hashlib.sha256(framed(b"gjj.counter.v1", tenant_id.bytes, plain.encode())).digest()
