"""Counting first (rule R14): a row per counter, raised by one guarded statement before anything is evaluated or sent."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import case, delete, or_
from sqlalchemy.dialects.postgresql import insert

from kernel.db import TenantSession, utc_now
from kernel.db.ids import uuid7
from shared_channels.accounts.models import AccountLimit
from shared_channels.accounts.policy import Limit


def take(session: TenantSession, limit: Limit, what: bytes) -> bool:
    """Count one more; False when the window is full. The caller commits also when it refuses, so that nothing is counted away."""
    now = utc_now()
    over = AccountLimit.ends_at <= now
    statement = insert(AccountLimit).values(
        tenant_id=session.tenant_id, id=uuid7(), key=limit.key(what), taken=1, ends_at=now + limit.window
    )
    counted = session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "key"],
            set_={
                "taken": case((over, 1), else_=AccountLimit.taken + 1),
                "ends_at": case((over, statement.excluded.ends_at), else_=AccountLimit.ends_at),
            },
            where=or_(over, AccountLimit.taken < limit.most),
        ).returning(AccountLimit.taken)
    ).scalar_one_or_none()
    return counted is not None


def first_refused(session: TenantSession, wanted: Iterable[tuple[Limit, bytes]]) -> Limit | None:
    """Count in each, in order, until one is full: that one, or None."""
    return next((limit for limit, what in wanted if not take(session, limit, what)), None)


def clear(session: TenantSession, limit: Limit, what: bytes) -> None:
    """Begin a new window: what was counted has ended well."""
    session.execute(delete(AccountLimit).where(AccountLimit.key == limit.key(what)))


def forget_past(session: TenantSession) -> int:
    """Remove counters whose window is over. Returns how many."""
    gone = session.execute(
        delete(AccountLimit)
        .where(AccountLimit.ends_at <= utc_now())
        .returning(AccountLimit.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
