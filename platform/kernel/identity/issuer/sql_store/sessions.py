"""Log-ins at the issuer."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from kernel.identity.issuer.models import IssuerSession
from kernel.identity.issuer.records import SsoSession
from kernel.identity.issuer.sql_store.place import Place


class SessionRows:
    """The part `SessionStore` of the issuer's port."""

    place: Place

    def open_session(self, session: SsoSession) -> None:
        """Store it and write the log-in down, with whether the password warning stood on the page."""
        with self.place.transaction() as tx:
            tx.add(
                IssuerSession(
                    id=session.id,
                    key_hash=session.key_hash,
                    person_id=session.person_id,
                    authenticated_at=session.authenticated_at,
                    factors=list(session.factors),
                    idle_until=session.idle_until,
                    expires_at=session.expires_at,
                    notice_shown=session.notice_shown,
                )
            )
            tx.audit(
                "issuer.authenticated",
                "account",
                session.person_id,
                "通过身份验证",
                factors=",".join(session.factors),
                notice_shown=session.notice_shown,
            )

    def use_session(self, key_hash: bytes, *, idle_until: datetime, at: datetime) -> SsoSession | None:
        """The live session of a cookie, its idle time moved on."""
        with self.place.transaction() as tx:
            row = tx.scalars(
                update(IssuerSession)
                .where(IssuerSession.key_hash == key_hash, *alive(at))
                .values(idle_until=idle_until)
                .returning(IssuerSession)
                .execution_options(synchronize_session=False)
            ).one_or_none()
            return None if row is None else _record(row)

    def live_session(self, sid: UUID, at: datetime) -> bool:
        """Whether it lives."""
        with self.place.transaction(read_only=True) as tx:
            return tx.scalar(select(IssuerSession.id).where(IssuerSession.id == sid, *alive(at))) is not None

    def end_session(self, sid: UUID, at: datetime) -> None:
        """End it; its codes and tokens ask whether it lives, so they end too."""
        with self.place.transaction() as tx:
            person_id = tx.execute(
                update(IssuerSession)
                .where(IssuerSession.id == sid, IssuerSession.ended_at.is_(None))
                .values(ended_at=at)
                .returning(IssuerSession.person_id)
                .execution_options(synchronize_session=False)
            ).scalar_one_or_none()
            if person_id is not None:
                tx.audit("issuer.session_ended", "account", person_id, "结束登录")


def alive(at: datetime) -> tuple[Any, ...]:
    """Neither ended, nor idle for too long, nor expired."""
    return IssuerSession.ended_at.is_(None), IssuerSession.idle_until > at, IssuerSession.expires_at > at


def _record(row: IssuerSession) -> SsoSession:
    return SsoSession(
        id=row.id,
        key_hash=row.key_hash,
        person_id=row.person_id,
        authenticated_at=row.authenticated_at,
        factors=tuple(row.factors),
        idle_until=row.idle_until,
        expires_at=row.expires_at,
        notice_shown=row.notice_shown,
    )
