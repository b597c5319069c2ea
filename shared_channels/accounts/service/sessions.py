"""Log-ins: begin, touch, end one, end all. Ending works at the next request of every process, because each request reads the row."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update

from kernel.crypto.secret import RevealPurpose, Secret, reveal
from kernel.crypto.tokens import new_token
from kernel.db import TenantSession, utc_now
from kernel.db.ids import uuid7
from shared_channels.accounts.models import AccountSession
from shared_channels.accounts.policy import H5, rules_of
from shared_channels.accounts.queries import key_hash


def begin(
    session: TenantSession,
    account_id: UUID,
    *,
    channel: str = H5,
    device: str = "",
    client_id: UUID | None = None,
    centre_id: UUID | None = None,
) -> tuple[UUID, Secret[str]]:
    """Open a log-in: its id and its key, which is stored nowhere. The caller audits. Province tenant."""
    key, new = new_token(), uuid7()
    session.add(
        AccountSession(
            id=new,
            account_id=account_id,
            key_hash=key_hash(reveal(key, RevealPurpose.TOKEN_HASH)),
            channel=channel,
            client_id=client_id,
            centre_id=centre_id,
            device=device,
            expires_at=utc_now() + rules_of(channel).absolute,
        )
    )
    session.flush()
    return new, key


def touch(session: TenantSession, session_id: UUID, channel: str) -> None:
    """Note that a log-in is in use, at most once a minute."""
    session.execute(
        update(AccountSession)
        .where(AccountSession.id == session_id, AccountSession.seen_at < utc_now() - rules_of(channel).touch)
        .values(seen_at=utc_now())
    )


def end(session: TenantSession, account_id: UUID, session_id: UUID) -> bool:
    """Log out of one device. False when it was out already, or is not the account's."""
    ended = session.scalars(
        update(AccountSession)
        .where(
            AccountSession.id == session_id,
            AccountSession.account_id == account_id,
            AccountSession.ended_at.is_(None),
        )
        .values(ended_at=utc_now())
        .returning(AccountSession.id)
        .execution_options(synchronize_session=False)
    ).all()
    if ended:
        session.audit("accounts.signed_out", "account", account_id, "退出登录")
    return bool(ended)


def end_others(session: TenantSession, account_id: UUID, keep: UUID | None) -> int:
    """Log out everywhere but here (`keep`), or everywhere. Returns how many log-ins ended."""
    ended = session.scalars(
        update(AccountSession)
        .where(
            AccountSession.account_id == account_id,
            AccountSession.ended_at.is_(None),
            AccountSession.id.is_distinct_from(keep),
        )
        .values(ended_at=utc_now())
        .returning(AccountSession.id)
        .execution_options(synchronize_session=False)
    ).all()
    if ended:
        session.audit(
            "accounts.signed_out_elsewhere", "account", account_id, "退出其他设备", count=len(ended)
        )
    return len(ended)
