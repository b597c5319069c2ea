"""Posts and first grants (kernel.identity). A grant of origin `manifest` stands on the two people and the signature of the manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert, select, update

from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.identity.accounts import person_id_of
from kernel.identity.models import Membership, MembershipState, RoleGrant
from kernel.permissions.data import OFFICERS
from kernel.tenancy.models import OrgUnit
from onboarding.manifests.service import BodyPlan, StaffPlan, role_names
from onboarding.provisioning.policy import ISSUER, PlanLine, compare


@dataclass(frozen=True)
class _Post:
    """A membership as it stands, with its live grants by role."""

    row: Membership
    grants: Mapping[str, RoleGrant]

    @property
    def from_manifest(self) -> bool:
        return any(grant.origin == "manifest" for grant in self.grants.values())


class StaffStep:
    """People of the manifest with their roles. People who came later by an approved grant are left alone."""

    name = "staff"
    title_zh = "人员与首次授权"

    def compare(self, session: TenantSession | None, body: BodyPlan) -> Sequence[PlanLine]:
        there = {} if session is None else _there(session)
        planned = {unit.code: unit.name_zh for unit in body.units}
        # A unit that is only renamed moves nobody: both sides are told by its new name.
        codes = {} if session is None else _unit_codes(session)
        units = {unit_id: planned.get(code, code) for unit_id, code in codes.items()}
        lines = []
        for plan in body.staff:
            post = there.pop(person_id_of(plan.user), None)
            before = "" if post is None or not _works(post) else _words(post, units)
            lines.append(
                compare(body.short_name_zh, f"人员“{plan.name_zh}”", before, _plan_words(plan, planned))
            )
        lines += [
            compare(body.short_name_zh, "人员", _words(post, units), "")
            for post in there.values()
            if post.from_manifest
        ]
        return lines

    def run(self, session: TenantSession, body: BodyPlan) -> int:
        return put_staff(session, body.staff)


def put_staff(session: TenantSession, plans: Sequence[StaffPlan]) -> int:
    """Make posts and manifest grants as planned, in a constant number of statements; returns how many rows were written."""
    there = _there(session)
    units = {code: unit_id for unit_id, code in _unit_codes(session).items()}
    ids = {
        plan.user: there[p].row.id if (p := person_id_of(plan.user)) in there else uuid7() for plan in plans
    }
    posts, grants, revoked, written = [], [], [], 0
    for plan in plans:
        person_id, unit_id = person_id_of(plan.user), units.get(plan.unit_code or "")
        post = there.pop(person_id, None)
        if post is None:
            posts.append(_post_row(session, plan, ids[plan.user], unit_id))
        else:
            written += _mend(post.row, plan, unit_id)
        held = {} if post is None else post.grants
        grants += [
            _grant_row(session, ids[plan.user], person_id, role) for role in plan.roles if role not in held
        ]
        revoked += [g.id for role, g in held.items() if role not in plan.roles and g.origin == "manifest"]
    for post in there.values():
        if post.from_manifest:
            revoked += [grant.id for grant in post.grants.values() if grant.origin == "manifest"]
            if all(grant.origin == "manifest" for grant in post.grants.values()):
                post.row.state = MembershipState.DISABLED
    session.flush()
    if revoked:
        session.execute(update(RoleGrant).where(RoleGrant.id.in_(revoked)).values(revoked_at=clock.now()))
    if posts:
        session.execute(insert(Membership), posts)
    if grants:
        session.execute(insert(RoleGrant), grants)
    return written + len(posts) + len(grants) + len(revoked)


def _mend(row: Membership, plan: StaffPlan, unit_id: UUID | None) -> int:
    wanted = (plan.name_zh, plan.title_zh, unit_id, str(MembershipState.ACTIVE))
    if (row.name_zh, row.title_zh, row.unit_id, str(row.state)) == wanted:
        return 0
    row.name_zh, row.title_zh, row.unit_id, row.state = wanted
    return 1


def _post_row(
    session: TenantSession, plan: StaffPlan, post_id: UUID, unit_id: UUID | None
) -> dict[str, object]:
    person_id = person_id_of(plan.user)
    return {
        "tenant_id": session.tenant_id, "id": post_id, "person_id": person_id, "issuer": ISSUER, "subject": str(person_id),
        "name_zh": plan.name_zh, "title_zh": plan.title_zh, "unit_id": unit_id,
    }  # fmt: skip


def _grant_row(session: TenantSession, post_id: UUID, person_id: UUID, role: str) -> dict[str, object]:
    return {
        "tenant_id": session.tenant_id, "id": uuid7(), "membership_id": post_id, "person_id": person_id, "role_code": role,
        "officer": OFFICERS.get(role), "origin": "manifest",
    }  # fmt: skip


def _there(session: TenantSession) -> dict[UUID, _Post]:
    rows = session.scalars(select(Membership).where(Membership.issuer == ISSUER)).all()
    held: dict[UUID, dict[str, RoleGrant]] = {row.id: {} for row in rows}
    for grant in session.scalars(select(RoleGrant).where(RoleGrant.revoked_at.is_(None))):
        held.get(grant.membership_id, {})[grant.role_code] = grant
    return {row.person_id: _Post(row, held[row.id]) for row in rows}


def _unit_codes(session: TenantSession) -> dict[UUID, str]:
    return {row.id: row.code for row in session.execute(select(OrgUnit.id, OrgUnit.code))}


def _works(post: _Post) -> bool:
    return str(post.row.state) == MembershipState.ACTIVE


def _say(name: str, title: str, unit: str | None, roles: Sequence[str]) -> str:
    names = role_names()
    place = f"，{unit}" if unit else ""
    return f"{name}（{title}{place}）：{'、'.join(names.get(role, role) for role in sorted(roles)) or '没有角色'}"


def _plan_words(plan: StaffPlan, units: Mapping[str, str]) -> str:
    return _say(plan.name_zh, plan.title_zh, units.get(plan.unit_code or ""), plan.roles)


def _words(post: _Post, units: Mapping[UUID, str]) -> str:
    unit = None if post.row.unit_id is None else units.get(post.row.unit_id)
    return _say(post.row.name_zh, post.row.title_zh, unit, tuple(post.grants))
