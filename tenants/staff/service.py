"""Granting, revoking and resetting are guarded (decision D16); disabling a person works at once and ends their sessions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from kernel.approvals.kinds import Difference, Execution, GuardedKind, Line, register
from kernel.calendar import clock
from kernel.db import TenantSession, utc_now
from kernel.errors import Forbidden, Invalid
from kernel.identity import accounts
from kernel.identity.actor import Actor
from kernel.identity.issuer.core import Issuer
from kernel.identity.models import Membership, MembershipState, RoleGrant
from kernel.identity.sessions import end_all
from kernel.permissions import Permission
from kernel.tenancy import tenants
from kernel.tenancy.models import OrgUnit
from tenants.staff import errors, policy, queries


def describe_grant(session: TenantSession, payload: Mapping[str, Any]) -> Difference:
    """Payload: membership_id, role, valid_to (ISO date or None). Raises NotForThisTenant, Exclusive, Invalid."""
    who = queries.person(session, UUID(payload["membership_id"]))
    rules = queries.role_rules(session)
    role = rules.get(payload["role"])
    if role is None:
        raise errors.NotForThisTenant
    held = _held(session, who.id, rules)
    if role.code in {r.code for r in held}:
        return Difference(_title("授予", who, role.name_zh), "membership", str(who.id), ())
    policy.check_grant(role, held, _kind(session))
    until = _until(payload)
    if until is not None and until <= clock.now():
        raise Invalid(fields={"valid_to": ["到期日须晚于今天。"]})
    return Difference(
        _title("授予", who, role.name_zh),
        "membership",
        str(who.id),
        (
            Line("岗位", _names(held), _names([*held, role])),
            Line("有效期", "", f"至 {payload['valid_to']}" if until else "长期"),
        ),
        (f"该岗位可以：{'、'.join(queries.sentences(session, role.code))}。",),
    )


def apply_grant(session: TenantSession, execution: Execution) -> None:
    """The grant, naming the approved change that gave it."""
    payload = execution.payload
    who = queries.person(session, UUID(payload["membership_id"]))
    rules = queries.role_rules(session)
    role = rules[payload["role"]]
    policy.check_grant(role, _held(session, who.id, rules), _kind(session))
    _close_run_out(session, who.id)
    session.add(
        RoleGrant(
            membership_id=who.id, person_id=who.person_id, role_code=role.code, officer=role.officer, origin="change",
            change_id=execution.change_id, valid_to=_until(payload),
        )
    )  # fmt: skip
    try:
        session.flush()
    except IntegrityError as error:
        raise errors.JustGranted from error


def describe_revoke(session: TenantSession, payload: Mapping[str, Any]) -> Difference:
    """Payload: membership_id, role. Raises NotHeld, LastGrantChecker."""
    who = queries.person(session, UUID(payload["membership_id"]))
    rules = queries.role_rules(session)
    held = _held(session, who.id, rules)
    role = next((r for r in held if r.code == payload["role"]), None)
    if role is None:
        raise errors.NotHeld
    _keep_a_checker(session, who.id, role.code)
    left = [r for r in held if r.code != role.code]
    return Difference(
        _title("收回", who, role.name_zh), "membership", str(who.id), (Line("岗位", _names(held), _names(left)),),
        ("审批通过后立即生效，正在打开的页面下一次操作即被拒绝。",),
    )  # fmt: skip


def apply_revoke(session: TenantSession, execution: Execution) -> None:
    """The grant ends now; the row stays."""
    membership_id, role = UUID(execution.payload["membership_id"]), execution.payload["role"]
    grant = queries.live_grant(session, membership_id, role)
    if grant is None:
        raise errors.NotHeld
    _keep_a_checker(session, membership_id, role)
    grant.revoked_at = utc_now()


def disable(session: TenantSession, actor: Actor, membership_id: UUID, reason_zh: str) -> Membership:
    """Shut a person out at once: sessions end, the next request is refused. Raises Forbidden, Invalid, LastGrantChecker."""
    who = _changeable(session, actor, membership_id)
    if not reason_zh.strip():
        raise Invalid(fields={"reason": ["请说明停用的原因。"]})
    if queries.grant_checkers(session) == {who.id}:
        raise errors.LastGrantChecker
    who.state = MembershipState.DISABLED
    ended = end_all(session, who.id)
    session.audit(
        "staff.disabled",
        "membership",
        who.id,
        f"停用人员：{who.name_zh}（{reason_zh.strip()}）",
        sessions=ended,
    )
    return who


def enable(session: TenantSession, actor: Actor, membership_id: UUID) -> Membership:
    """Let a person in again; roles are as they were."""
    who = _changeable(session, actor, membership_id)
    who.state = MembershipState.ACTIVE
    session.audit("staff.enabled", "membership", who.id, f"恢复人员：{who.name_zh}")
    return who


def invite(
    session: TenantSession,
    actor: Actor,
    issuer: Issuer,
    *,
    username: str,
    name_zh: str,
    title_zh: str = "",
    unit_id: UUID | None = None,
) -> tuple[Membership, str]:
    """A post without any role for a new account, and the link for its first log-in, shown once and stored nowhere.

    Raises Forbidden, UserNameTaken. Roles come by an approved grant.
    """
    _need(actor, Permission.STAFF_INVITE)
    person_id = accounts.open_account(issuer, username, name_zh)
    who = Membership(
        person_id=person_id, issuer=accounts.ISSUER_NAME, subject=str(person_id), name_zh=name_zh, title_zh=title_zh,
        unit_id=unit_id, state=MembershipState.ACTIVE,
    )  # fmt: skip
    session.add(who)
    session.flush()
    session.audit("staff.invited", "membership", who.id, f"开通人员账号：{name_zh}")
    return who, accounts.first_link(issuer, person_id, actor.person_id)


def invite_again(
    session: TenantSession, actor: Actor, issuer: Issuer, membership_id: UUID
) -> tuple[Membership, str]:
    """Another link for a first log-in; the earlier one dies. Raises Forbidden, PersonNotFound, HasPassword, NoAccount."""
    who = _changeable(session, actor, membership_id)
    if who.state == MembershipState.DISABLED:
        raise errors.Disabled
    link = accounts.first_link(issuer, who.person_id, actor.person_id)
    session.audit("staff.invited_again", "membership", who.id, f"重新发出首次登录链接：{who.name_zh}")
    return who, link


def resettable(session: TenantSession, actor: Actor, membership_id: UUID) -> Membership:
    """Somebody else, whose account this officer may ask to reset. Raises Forbidden, PersonNotFound."""
    _need(actor, Permission.STAFF_INVITE)
    who = queries.person(session, membership_id)
    if who.person_id == actor.person_id:
        raise _own_account()
    return who


def describe_reset(session: TenantSession, payload: Mapping[str, Any]) -> Difference:
    """Payload: membership_id. Raises PersonNotFound, Disabled."""
    who = queries.person(session, UUID(payload["membership_id"]))
    if who.state == MembershipState.DISABLED:
        raise errors.Disabled
    return Difference(
        f"重置账号：{who.name_zh}",
        "account",
        str(who.person_id),
        (Line("密码与动态口令", "本人现在使用的", "作废，由本人通过一次性链接重新设置"),),
        (
            "审批通过后，该人员的登录立即全部结束，取得链接前不能再登录。",
            "链接由提交人或审批人在该人员的页面上取得，只显示一次，请当面核实身份后交给本人。",
        ),
    )


def apply_reset(session: TenantSession, execution: Execution) -> None:
    """Out at once; `take_reset_link` lets the person in again, with new credentials. Raises Forbidden for one's own account."""
    who = queries.person(session, UUID(execution.payload["membership_id"]))
    if who.person_id in (execution.maker_person_id, execution.checker_person_id):
        raise _own_account()
    if who.state == MembershipState.DISABLED:
        raise errors.Disabled
    who.state = MembershipState.INVITED
    end_all(session, who.id)


def take_reset_link(
    session: TenantSession, actor: Actor, issuer: Issuer, membership_id: UUID
) -> tuple[Membership, str]:
    """Void the person's credentials and return the link for new ones, once, to one of the two officers.

    The caller has made sure that the person works for nobody else. Raises PersonNotFound, NoReset.
    """
    who = queries.person(session, membership_id)
    change = queries.open_reset(session, who, clock.now() - issuer.settings.reset_lifetime)
    if change is None or change.checker_person_id is None:
        raise errors.NoReset
    officers = (change.maker_person_id, change.checker_person_id)
    if actor.person_id not in officers:
        raise errors.NoReset
    if not _readmit(session, who.id):
        raise errors.NoReset
    link = accounts.reset_link(issuer, who.person_id, *officers)
    session.audit(
        "staff.reset_link", "membership", who.id, f"取得账号重置链接：{who.name_zh}", changes=str(change.id)
    )
    return who, link


def add_unit(session: TenantSession, actor: Actor, code: str, name_zh: str, kind: str) -> OrgUnit:
    """A new unit of this tenant. Raises Forbidden, UnitTaken."""
    _need(actor, Permission.ORG_EDIT)
    if session.scalar(select(OrgUnit.id).where(OrgUnit.code == code)) is not None:
        raise errors.UnitTaken
    unit = OrgUnit(code=code, name_zh=name_zh, kind=kind, parent_unit_id=None)
    session.add(unit)
    session.flush()
    session.audit("org.unit_added", "org_unit", unit.id, f"新增机构：{name_zh}", code=code)
    return unit


def rename_unit(session: TenantSession, actor: Actor, unit_id: UUID, name_zh: str) -> OrgUnit:
    """Another name; the code stays."""
    _need(actor, Permission.ORG_EDIT)
    unit = queries.unit(session, unit_id)
    before, unit.name_zh = unit.name_zh, name_zh
    session.audit("org.unit_renamed", "org_unit", unit.id, f"机构更名：{before} → {name_zh}")
    return unit


def close_unit(session: TenantSession, actor: Actor, unit_id: UUID) -> OrgUnit:
    """A unit that works no more; it stays as history. Raises Forbidden, UnitInUse."""
    _need(actor, Permission.ORG_EDIT)
    unit = queries.unit(session, unit_id)
    if queries.unit_in_use(session, unit_id):
        raise errors.UnitInUse
    unit.closed_at = clock.now()
    session.audit("org.unit_closed", "org_unit", unit.id, f"撤销机构：{unit.name_zh}", code=unit.code)
    return unit


def _readmit(session: TenantSession, membership_id: UUID) -> bool:
    """True for one of any number of callers."""
    waiting = (Membership.id == membership_id, Membership.state == MembershipState.INVITED)
    moved = update(Membership).where(*waiting).values(state=MembershipState.ACTIVE).returning(Membership.id)
    return session.execute(moved.execution_options(synchronize_session=False)).first() is not None


def _own_account() -> Forbidden:
    return Forbidden(
        code="staff.self", message_zh="不能办理本人账号的重置。", hint_zh="请由另外两名管理人员办理。"
    )


def _close_run_out(session: TenantSession, membership_id: UUID) -> None:
    """A grant whose date has passed gives nothing but still holds its place in the database's rules: end it on its date."""
    session.execute(
        update(RoleGrant)
        .where(
            RoleGrant.membership_id == membership_id,
            RoleGrant.revoked_at.is_(None),
            RoleGrant.valid_to <= utc_now(),
        )
        .values(revoked_at=RoleGrant.valid_to)
        .execution_options(synchronize_session=False)
    )


def _changeable(session: TenantSession, actor: Actor, membership_id: UUID) -> Membership:
    _need(actor, Permission.STAFF_INVITE)
    if membership_id == actor.membership_id:
        raise Forbidden(
            code="staff.self", message_zh="不能停用或恢复本人账号。", hint_zh="请由其他管理人员办理。"
        )
    return queries.person(session, membership_id)


def _need(actor: Actor, permission: Permission) -> None:
    if permission not in actor.permissions:
        raise Forbidden(permission)


def _held(
    session: TenantSession, membership_id: UUID, rules: Mapping[str, policy.RoleRule]
) -> list[policy.RoleRule]:
    live = [g for g in queries.grants(session, membership_id) if g.revoked_at is None]
    return [rules[g.role_code] for g in live if g.valid_to is None or g.valid_to > utc_now()]


def _keep_a_checker(session: TenantSession, membership_id: UUID, role_code: str) -> None:
    if Permission.GRANT_CHECK.sentence in queries.sentences(session, role_code) and queries.grant_checkers(
        session
    ) == {membership_id}:
        raise errors.LastGrantChecker


def _kind(session: TenantSession) -> str:
    return next(t.kind for t in tenants.tree(session) if t.id == session.tenant_id)


def _until(payload: Mapping[str, Any]) -> datetime | None:
    text = payload.get("valid_to")
    return datetime.fromisoformat(f"{text}T23:59:59").replace(tzinfo=clock.LOCAL) if text else None


def _names(roles: list[policy.RoleRule]) -> str:
    return "、".join(r.name_zh for r in roles)


def _title(verb: str, who: Membership, role_zh: str) -> str:
    return f"{verb}岗位：{who.name_zh} · {role_zh}"


GRANT = register(
    GuardedKind(
        "staff.grant",
        "岗位授予",
        Permission.GRANT_PROPOSE,
        Permission.GRANT_CHECK,
        describe_grant,
        apply_grant,
    )
)
REVOKE = register(
    GuardedKind(
        "staff.revoke",
        "岗位收回",
        Permission.GRANT_PROPOSE,
        Permission.GRANT_CHECK,
        describe_revoke,
        apply_revoke,
    )
)
RESET = register(
    GuardedKind(
        "staff.reset",
        "账号重置",
        Permission.STAFF_INVITE,
        Permission.GRANT_CHECK,
        describe_reset,
        apply_reset,
    )
)
