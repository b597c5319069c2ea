"""Registering and signing in, both after a number was proven; so neither tells a stranger which numbers are registered."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from kernel.crypto.secret import Secret
from kernel.db import TenantSession, utc_now
from kernel.db.ids import uuid7
from kernel.vault import of as vault_of
from shared_channels.accounts.errors import AccountLocked
from shared_channels.accounts.models import Account, AccountConsent, AccountState
from shared_channels.accounts.policy import H5, NOTICE_VERSION
from shared_channels.accounts.queries import account_of_phone, phone_index
from shared_channels.accounts.service import sessions
from shared_channels.accounts.service.challenging import Proof


@dataclass(frozen=True)
class Way:
    """How somebody comes in: channel, device in words, the channel's program, the centre of the page."""

    channel: str = H5
    device: str = ""
    client_id: UUID | None = None
    centre_id: UUID | None = None
    centre_code: str = ""


@dataclass(frozen=True)
class Entered:
    """A log-in that began: whose, which, and its key to hand over once."""

    account_id: UUID
    session_id: UUID
    key: Secret[str]


def agreed(session: TenantSession, account_id: UUID) -> bool:
    """Whether the account agreed to the privacy notice of today."""
    found = select(AccountConsent.id).where(
        AccountConsent.account_id == account_id, AccountConsent.notice_version == NOTICE_VERSION
    )
    return session.scalar(found) is not None


def active(session: TenantSession, account_id: UUID) -> bool:
    """Whether the account may be used: open, and agreed to today's notice."""
    state = session.scalar(select(Account.state).where(Account.id == account_id))
    return state == AccountState.ACTIVE and agreed(session, account_id)


def sign_in(session: TenantSession, proof: Proof, way: Way) -> Entered | None:
    """Begin a log-in for the account of a proven number. None when there is no active account that agreed to today's notice."""
    account = account_of_phone(session, proof.phone)
    if account is None or account.state != AccountState.ACTIVE or not agreed(session, account.id):
        return None
    entered = _enter(session, account.id, way)
    session.audit("accounts.signed_in", "account", account.id, f"{way.channel} 登录", **_facts(way))
    return entered


def register(session: TenantSession, proof: Proof, way: Way) -> Entered:
    """Make the account of a proven number, note the consent, begin a log-in. An account that is there already is only entered.

    Raises AccountLocked.
    """
    account = account_of_phone(session, proof.phone)
    account_id = _make(session, proof.phone) if account is None else account.id
    if account is not None and account.state != AccountState.ACTIVE:
        raise AccountLocked
    session.execute(
        insert(AccountConsent)
        .values(
            tenant_id=session.tenant_id, id=uuid7(), account_id=account_id, notice_version=NOTICE_VERSION,
            centre_code=way.centre_code, channel=way.channel, agreed_at=utc_now(),
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "account_id", "notice_version"])
    )  # fmt: skip
    entered = _enter(session, account_id, way)
    session.audit("accounts.registered", "account", account_id, "注册并同意个人信息处理说明", **_facts(way))
    return entered


def _make(session: TenantSession, phone: Secret[str]) -> UUID:
    new = uuid7()
    made = session.execute(
        insert(Account)
        .values(
            tenant_id=session.tenant_id, id=new, phone=vault_of(session).seal("account", "phone", new, phone),
            phone_index=phone_index(session, phone), state=AccountState.ACTIVE, created_at=utc_now(),
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "phone_index"])
        .returning(Account.id)
    ).scalar_one_or_none()  # fmt: skip
    if made is not None:
        return new
    other = account_of_phone(session, phone)
    if other is None:
        raise RuntimeError("an account was there and is gone")
    return other.id


def _facts(way: Way) -> dict[str, str]:
    return {"channel": way.channel, "notice": NOTICE_VERSION}


def _enter(session: TenantSession, account_id: UUID, way: Way) -> Entered:
    session_id, key = sessions.begin(
        session,
        account_id,
        channel=way.channel,
        device=way.device,
        client_id=way.client_id,
        centre_id=way.centre_id,
    )
    return Entered(account_id, session_id, key)
