"""One query that says who a session is and what they may do, so that a revoked role or a disabled person is out at the next request."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select

from kernel.db import TenantSession, utc_now
from kernel.identity.actor import Actor
from kernel.identity.models import Membership, MembershipState, RoleGrant, WebSession
from kernel.permissions import Permission
from kernel.permissions.models import RolePermission


def actor_of_session(session: TenantSession, session_id: UUID, idle: timedelta) -> Actor | None:
    """The actor behind a live session; None when it ended, idled out, expired, or its post is no longer valid."""
    now = utc_now()
    statement = (
        _posts(WebSession.id)
        .join(
            WebSession,
            (WebSession.tenant_id == Membership.tenant_id) & (WebSession.membership_id == Membership.id),
        )
        .where(
            WebSession.id == session_id,
            WebSession.ended_at.is_(None),
            WebSession.expires_at > now,
            WebSession.seen_at > now - idle,
        )
        .group_by(WebSession.tenant_id, WebSession.id)
    )
    row = session.execute(statement).first()
    return None if row is None else _actor(row)


def actor_of_membership(session: TenantSession, membership_id: UUID) -> Actor | None:
    """The actor of a post, without a session: log-in, commands, jobs that act for a person."""
    row = session.execute(_posts(None).where(Membership.id == membership_id)).first()
    return None if row is None else _actor(row)


def holders(session: TenantSession, permission: Permission) -> Sequence[str]:
    """Names of up to three people of this tenant who hold a permission: whom to ask."""
    statement = (
        select(Membership.name_zh)
        .distinct()
        .join(RoleGrant, _granted())
        .join(RolePermission, RolePermission.role_code == RoleGrant.role_code)
        .where(RolePermission.permission == permission, Membership.state == MembershipState.ACTIVE)
        .order_by(Membership.name_zh)
        .limit(3)
    )
    return session.scalars(statement).all()


def _granted() -> ColumnElement[bool]:
    return (
        (RoleGrant.tenant_id == Membership.tenant_id)
        & (RoleGrant.membership_id == Membership.id)
        & RoleGrant.revoked_at.is_(None)
        & or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to > utc_now())
    )


def _posts(session_id: Any) -> Select[Any]:
    roles = func.coalesce(
        func.array_agg(RoleGrant.role_code.distinct()).filter(RoleGrant.id.is_not(None)), []
    )
    permissions = func.coalesce(
        func.array_agg(RolePermission.permission.distinct()).filter(RolePermission.code.is_not(None)), []
    )
    columns: list[Any] = [Membership, roles.label("roles"), permissions.label("permissions")]
    if session_id is not None:
        columns.append(session_id.label("session_id"))
    return (
        select(*columns)
        .outerjoin(RoleGrant, _granted())
        .outerjoin(RolePermission, RolePermission.role_code == RoleGrant.role_code)
        .where(
            Membership.state == MembershipState.ACTIVE,
            or_(Membership.valid_to.is_(None), Membership.valid_to > utc_now()),
        )
        .group_by(Membership.tenant_id, Membership.id)
    )


def _actor(row: Any) -> Actor:
    post: Membership = row[0]
    return Actor(
        person_id=post.person_id,
        name=post.name_zh,
        tenant_id=post.tenant_id,
        membership_id=post.id,
        roles=frozenset(row.roles),
        permissions=frozenset(Permission.named(p) for p in row.permissions),
        title=post.title_zh,
        unit_id=post.unit_id,
        session_id=row._mapping.get("session_id"),
    )
