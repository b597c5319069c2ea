"""People, their roles and units of this tenant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select

from kernel.approvals.models import ChangeRequest, ChangeState
from kernel.db import TenantSession, utc_now
from kernel.identity.models import Membership, MembershipState, RoleGrant, WebSession
from kernel.permissions import Permission
from kernel.permissions.models import Role, RolePermission
from kernel.tenancy.models import OrgUnit
from tenants.staff.errors import PersonNotFound, UnitNotFound
from tenants.staff.policy import RoleRule


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to; empty means all."""

    text: str = ""
    role: str = ""
    state: str = ""
    unit: str = ""


def people(wanted: Filter) -> Select[Membership, UUID, str, Any]:
    """(Membership, id, unit name, role codes): one row a person, roles gathered in the same statement. Unordered.

    `id` is there for paging, which reads its place from the last row.
    """
    roles = func.array_agg(RoleGrant.role_code).filter(RoleGrant.id.is_not(None))
    statement = (
        select(Membership, Membership.id.label("id"), OrgUnit.name_zh.label("unit"), roles.label("roles"))
        .outerjoin(OrgUnit, and_(OrgUnit.tenant_id == Membership.tenant_id, OrgUnit.id == Membership.unit_id))
        .outerjoin(RoleGrant, _live())
        .group_by(Membership.tenant_id, Membership.id, OrgUnit.name_zh)
    )
    if wanted.text:
        like = wanted.text
        statement = statement.where(
            or_(
                Membership.name_zh.contains(like, autoescape=True),
                Membership.title_zh.contains(like, autoescape=True),
            )
        )
    if wanted.state:
        statement = statement.where(Membership.state == wanted.state)
    if wanted.unit:
        statement = statement.where(OrgUnit.code == wanted.unit)
    if wanted.role:
        holders = select(RoleGrant.membership_id).where(RoleGrant.role_code == wanted.role, _now())
        statement = statement.where(Membership.id.in_(holders))
    return statement


def person(session: TenantSession, membership_id: UUID) -> Membership:
    """One post of this tenant. Raises PersonNotFound."""
    found = session.scalar(select(Membership).where(Membership.id == membership_id))
    if found is None:
        raise PersonNotFound
    return found


def grants(session: TenantSession, membership_id: UUID) -> Sequence[RoleGrant]:
    """Every grant that this post ever had, newest first."""
    statement = (
        select(RoleGrant).where(RoleGrant.membership_id == membership_id).order_by(RoleGrant.id.desc())
    )
    return session.scalars(statement).all()


def live_grant(session: TenantSession, membership_id: UUID, role_code: str) -> RoleGrant | None:
    """The grant in force of one role."""
    statement = select(RoleGrant).where(
        RoleGrant.membership_id == membership_id,
        RoleGrant.role_code == role_code,
        RoleGrant.revoked_at.is_(None),
    )
    return session.scalar(statement)


def role_names(session: TenantSession) -> dict[str, str]:
    """Names of all roles by code."""
    return {code: name for code, name in session.execute(select(Role.code, Role.name_zh))}


def role_rules(session: TenantSession) -> dict[str, RoleRule]:
    """The rules of all roles by code."""
    return {
        role.code: RoleRule(
            role.code, role.name_zh, frozenset(role.tenant_kinds.split(";")),
            frozenset(filter(None, role.exclusive_with.split(";"))), role.officer,
        )
        for role in session.scalars(select(Role))
    }  # fmt: skip


def sentences(session: TenantSession, role_code: str) -> list[str]:
    """What a role may do, in words."""
    statement = select(RolePermission.permission).where(RolePermission.role_code == role_code)
    return [
        Permission.named(value).sentence for value in session.scalars(statement.order_by(RolePermission.code))
    ]


def grant_checkers(session: TenantSession) -> set[UUID]:
    """Posts that can check grants now: never fewer than one may be left."""
    statement = (
        select(Membership.id)
        .join(RoleGrant, _live())
        .join(RolePermission, RolePermission.role_code == RoleGrant.role_code)
        .where(
            RolePermission.permission == Permission.GRANT_CHECK, Membership.state == MembershipState.ACTIVE
        )
    )
    return set(session.scalars(statement))


def recent_sessions(session: TenantSession, membership_id: UUID) -> Sequence[WebSession]:
    """The last ten log-ins of a post."""
    statement = select(WebSession).where(WebSession.membership_id == membership_id)
    return session.scalars(statement.order_by(WebSession.id.desc()).limit(10)).all()


def open_reset(session: TenantSession, who: Membership, since: datetime) -> ChangeRequest | None:
    """The last reset of that person's account that two officers decided, while its link still waits."""
    if who.state != MembershipState.INVITED:
        return None
    statement = select(ChangeRequest).where(
        ChangeRequest.kind == "staff.reset",
        ChangeRequest.object_id == str(who.person_id),
        ChangeRequest.state == ChangeState.EXECUTED,
        ChangeRequest.decided_at > since,
    )
    return session.scalar(statement.order_by(ChangeRequest.id.desc()).limit(1))


def units(session: TenantSession) -> Sequence[Any]:
    """(OrgUnit, people): units of this tenant by code with the number of active people, one statement."""
    active = and_(
        Membership.tenant_id == OrgUnit.tenant_id,
        Membership.unit_id == OrgUnit.id,
        Membership.state != MembershipState.DISABLED,
    )
    statement = (
        select(OrgUnit, func.count(Membership.id).label("people"))
        .outerjoin(Membership, active)
        .group_by(OrgUnit.tenant_id, OrgUnit.id)
        .order_by(OrgUnit.code)
    )
    return session.execute(statement).all()


def unit(session: TenantSession, unit_id: UUID) -> OrgUnit:
    """One open unit of this tenant. Raises UnitNotFound."""
    found = session.scalar(select(OrgUnit).where(OrgUnit.id == unit_id, OrgUnit.closed_at.is_(None)))
    if found is None:
        raise UnitNotFound
    return found


def unit_in_use(session: TenantSession, unit_id: UUID) -> bool:
    """Whether people or other open units belong to it."""
    people = select(Membership.id).where(
        Membership.unit_id == unit_id, Membership.state != MembershipState.DISABLED
    )
    below = select(OrgUnit.id).where(OrgUnit.parent_unit_id == unit_id, OrgUnit.closed_at.is_(None))
    return any(session.scalar(found.limit(1)) is not None for found in (people, below))


def _now() -> Any:
    return and_(
        RoleGrant.revoked_at.is_(None), or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to > utc_now())
    )


def _live() -> Any:
    return and_(RoleGrant.tenant_id == Membership.tenant_id, RoleGrant.membership_id == Membership.id, _now())
