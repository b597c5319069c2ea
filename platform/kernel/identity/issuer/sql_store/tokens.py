"""Codes and refresh tokens, each good once. A second use ends the family, and so do log-out and a change of password."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import insert, literal, select, update

from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.identity.issuer.models import IssuerCode, IssuerRefresh, IssuerSession
from kernel.identity.issuer.records import AuthorizationCode, RefreshToken
from kernel.identity.issuer.sql_store.place import Place
from kernel.identity.issuer.sql_store.sessions import alive

Row = TypeVar("Row", IssuerCode, IssuerRefresh)
_COMMON = ("family_id", "client_id", "person_id", "scope", "authenticated_at", "expires_at")


class TokenRows:
    """The part `TokenStore` of the issuer's port."""

    place: Place

    def save_code(self, code: AuthorizationCode) -> None:
        """Store a new code."""
        with self.place.transaction() as session:
            session.add(
                IssuerCode(
                    code_hash=code.code_hash,
                    session_id=code.sid,
                    factors=list(code.factors),
                    redirect_uri=code.redirect_uri,
                    nonce=code.nonce,
                    challenge=code.challenge,
                    **{name: getattr(code, name) for name in _COMMON},
                )
            )

    def take_code(self, code_hash: bytes, client_id: str, at: datetime) -> AuthorizationCode | None:
        """The code, once and in time; a second or late use ends its family."""
        mine = (IssuerCode.code_hash == code_hash, IssuerCode.client_id == client_id)
        with self.place.transaction() as session:
            row = _use(session, IssuerCode, *mine, IssuerCode.expires_at > at, at=at)
            if row is not None:
                return _code(row)
            found = session.execute(select(IssuerCode.family_id, IssuerCode.person_id).where(*mine)).first()
            if found is not None:
                _end_family(session, found.family_id, found.person_id, at)
            return None

    def save_refresh(self, token: RefreshToken) -> bool:
        """Store it while its family and its session live; the check and the row are one statement."""
        values = {
            "tenant_id": None,
            "id": uuid7(),
            "session_id": token.sid,
            "factors": list(token.factors),
            "token_hash": token.token_hash,
            **{name: getattr(token, name) for name in _COMMON},
        }
        with self.place.transaction() as session:
            values["tenant_id"] = session.tenant_id
            columns = IssuerRefresh.__table__.c
            living = (
                select(*(literal(value, columns[name].type) for name, value in values.items()))
                .select_from(IssuerCode)
                .join(
                    IssuerSession,
                    (IssuerSession.tenant_id == IssuerCode.tenant_id)
                    & (IssuerSession.id == IssuerCode.session_id),
                )
                .where(
                    IssuerCode.tenant_id == session.tenant_id,
                    IssuerCode.family_id == token.family_id,
                    IssuerCode.family_ended_at.is_(None),
                    IssuerSession.ended_at.is_(None),
                )
            )
            # The family's row is locked first, so that an end which commits meanwhile is seen.
            session.execute(
                select(IssuerCode.id).where(IssuerCode.family_id == token.family_id).with_for_update()
            )
            saved = session.execute(
                insert(IssuerRefresh).from_select(list(values), living).returning(IssuerRefresh.id)
            )
            return saved.first() is not None

    def take_refresh(
        self, token_hash: bytes, client_id: str, *, idle_until: datetime, at: datetime
    ) -> RefreshToken | None:
        """The token, once, while family and session live; a second use ends the family."""
        mine = (IssuerRefresh.token_hash == token_hash, IssuerRefresh.client_id == client_id)
        with self.place.transaction() as session:
            kept = session.execute(
                select(IssuerRefresh.family_id, IssuerRefresh.person_id, IssuerRefresh.session_id).where(
                    *mine
                )
            ).first()
            if kept is None:
                return None
            family = session.execute(
                select(IssuerCode.family_ended_at)
                .where(IssuerCode.family_id == kept.family_id)
                .with_for_update()
            ).scalar_one_or_none()
            used = session.scalar(select(IssuerRefresh.used_at).where(*mine))
            if used is not None:
                _end_family(session, kept.family_id, kept.person_id, at)
                return None
            moved = session.execute(
                update(IssuerSession)
                .where(IssuerSession.id == kept.session_id, *alive(at))
                .values(idle_until=idle_until)
                .returning(IssuerSession.id)
                .execution_options(synchronize_session=False)
            ).first()
            if family is not None or moved is None:
                session.rollback()
                return None
            row = _use(session, IssuerRefresh, *mine, IssuerRefresh.expires_at > at, at=at)
            return None if row is None else _refresh(row)


def _use(session: TenantSession, model: type[Row], *conditions: Any, at: datetime) -> Row | None:
    return session.scalars(
        update(model)
        .where(*conditions, model.used_at.is_(None))
        .values(used_at=at)
        .returning(model)
        .execution_options(synchronize_session=False)
    ).one_or_none()


def _end_family(session: TenantSession, family_id: UUID, person_id: UUID, at: datetime) -> None:
    ended = session.execute(
        update(IssuerCode)
        .where(IssuerCode.family_id == family_id, IssuerCode.family_ended_at.is_(None))
        .values(family_ended_at=at)
        .returning(IssuerCode.id)
        .execution_options(synchronize_session=False)
    ).first()
    if ended is not None:
        session.audit("issuer.token_reused", "account", person_id, "登录凭证被重复使用，已全部作废")


def _code(row: IssuerCode) -> AuthorizationCode:
    return AuthorizationCode(
        code_hash=row.code_hash,
        sid=row.session_id,
        factors=tuple(row.factors),
        redirect_uri=row.redirect_uri,
        nonce=row.nonce,
        challenge=row.challenge,
        **{name: getattr(row, name) for name in _COMMON},
    )


def _refresh(row: IssuerRefresh) -> RefreshToken:
    return RefreshToken(
        token_hash=row.token_hash,
        sid=row.session_id,
        factors=tuple(row.factors),
        **{name: getattr(row, name) for name in _COMMON},
    )
