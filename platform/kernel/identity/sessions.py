"""Console sessions: a server-side row behind an opaque cookie (decision D9). Ending one works at the next request everywhere."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import update

from kernel.db import TenantSession, utc_now
from kernel.db.ids import uuid7
from kernel.directory.lookup import Directory
from kernel.identity.actor import Actor
from kernel.identity.models import WebSession

KIND = "session"
ISSUER_SESSION = "issuer_session"


@dataclass(frozen=True)
class SessionRules:
    """How long a session lives; settings of the installation."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=12)
    touch: timedelta = timedelta(minutes=1)


def start(
    session: TenantSession,
    directory: Directory,
    actor: Actor,
    rules: SessionRules,
    issuer_session: str,
    tokens: bytes | None,
) -> str:
    """Open a session for a post and return the cookie's value, which is stored nowhere. Audited as a log-in."""
    cookie = secrets.token_urlsafe(32)
    row = WebSession(
        id=uuid7(),
        membership_id=actor.membership_id,
        person_id=actor.person_id,
        issuer_session=issuer_session,
        tokens=tokens,
        expires_at=utc_now() + rules.absolute,
    )
    session.add(row)
    session.flush()
    directory.put(session, KIND, cookie, row.id)
    if issuer_session:
        directory.put(session, ISSUER_SESSION, issuer_session, row.id)
    session.audit("identity.signed_in", "membership", actor.membership_id, f"{actor.name} 登录")
    return cookie


def touch(session: TenantSession, session_id: UUID, rules: SessionRules) -> None:
    """Note that a session is in use, at most once a minute."""
    session.execute(
        update(WebSession)
        .where(WebSession.id == session_id, WebSession.seen_at < utc_now() - rules.touch)
        .values(seen_at=utc_now())
    )


def end(session: TenantSession, directory: Directory, actor: Actor) -> None:
    """Log out: the row stays as evidence, the cookie leads nowhere."""
    if actor.session_id is None:
        return
    session.execute(
        update(WebSession).where(WebSession.id == actor.session_id).values(ended_at=utc_now(), tokens=None)
    )
    directory.drop(session, actor.session_id)
    session.audit("identity.signed_out", "membership", actor.membership_id, f"{actor.name} 退出登录")


def end_told(session: TenantSession, directory: Directory, session_id: UUID, why_zh: str) -> bool:
    """End a session because something else says so: the issuer's log-out, a new log-in in that browser. False when it was over."""
    ended = session.execute(
        update(WebSession)
        .where(WebSession.id == session_id, WebSession.ended_at.is_(None))
        .values(ended_at=utc_now(), tokens=None)
        .returning(WebSession.membership_id)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if ended is None:
        return False
    directory.drop(session, session_id)
    session.audit("identity.session_ended", "membership", ended, why_zh)
    return True


def end_all(session: TenantSession, membership_id: UUID) -> int:
    """End every session of a post, for disabling and for back-channel log-out. Returns how many. The caller audits."""
    ended = session.execute(
        update(WebSession)
        .where(WebSession.membership_id == membership_id, WebSession.ended_at.is_(None))
        .values(ended_at=utc_now(), tokens=None)
        .returning(WebSession.id)
    )
    return len(ended.all())
