"""AUD-5 in short: each verb that changes something writes exactly one event.

AUD-6: without the log nothing changes, and reading goes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from kernel.approvals import service as approvals
from kernel.approvals.kinds import Difference, GuardedKind, Line, register
from kernel.approvals.models import ChangeRequest
from kernel.db import TenantSession
from kernel.directory.lookup import Directory
from kernel.errors import DomainError
from kernel.identity import sessions
from kernel.identity.actor import Actor
from kernel.identity.models import WebSession
from kernel.permissions import Permission
from kernel.tenancy.models import OrgUnit
from tenants.channels import jobs as channel_jobs  # noqa: F401 — its job must be known
from tenants.channels import service as channels
from tenants.channels.seed import seed_channels
from tests.audit.live_log import head, rows, tamper, write
from tests.database import TestDatabase
from tests.people import person

KIND = register(
    GuardedKind(
        "test.audited", "测试变更", Permission.CATALOGUE_EDIT, Permission.CATALOGUE_CHECK,
        lambda session, payload: Difference("测试变更", "thing", payload["code"], (Line("值", "旧", "新"),)),
        lambda session, execution: session.add(
            OrgUnit(code=execution.payload["code"], name_zh="新部门", kind="department", parent_unit_id=None)
        ),
    )
)  # fmt: skip


@dataclass
class Office:
    """A centre and who works there."""

    database: TestDatabase
    tenant: UUID
    maker: Actor
    checker: Actor
    admin: Actor

    def run(self, act: Callable[[TenantSession], object]) -> None:
        with self.database.door().tenant_tx(self.database.scope(self.tenant)) as session:
            act(session)

    def propose(self, code: str) -> ChangeRequest:
        with self.database.door().tenant_tx(self.database.scope(self.tenant)) as session:
            change = approvals.propose(session, self.maker, KIND.code, {"code": code}, "业务需要")
            session.expunge(change)
        return change


@pytest.fixture(scope="module")
def office(module_clone: TestDatabase) -> Office:
    database = module_clone
    tenant = database.open_centre("C96601")
    with database.door().tenant_tx(database.scope(tenant)) as session:
        seed_channels(session, {"hall": True, "app": True, "hotline": True})
        session.audit("test.seeded", "channel", "*", "测试")
    maker, checker, admin = (
        person(database, tenant, name, role)
        for name, role in (
            ("李编辑", "centre_editor"),
            ("王审核", "centre_approver"),
            ("孙主任", "centre_admin"),
        )
    )
    return Office(database, tenant, maker, checker, admin)


Verb = Callable[[Office], Callable[[TenantSession], object]]


def _approve(office: Office) -> Callable[[TenantSession], object]:
    change = office.propose("a1")
    return lambda session: approvals.approve(session, office.checker, change.id, change.content_hash)


def _send_back(office: Office) -> Callable[[TenantSession], object]:
    change = office.propose("a2")
    return lambda session: approvals.send_back(session, office.checker, change.id, "请补充依据")


def _withdraw(office: Office) -> Callable[[TenantSession], object]:
    change = office.propose("a3")
    return lambda session: approvals.withdraw(session, office.maker, change.id)


def _comment(office: Office) -> Callable[[TenantSession], object]:
    change = office.propose("a4")
    return lambda session: approvals.comment(session, office.checker, change.id, "请说明")


def _directory(office: Office) -> Directory:
    return Directory(office.database.door(), b"i" * 32)


def _sign_in(office: Office) -> Callable[[TenantSession], object]:
    rules = sessions.SessionRules()
    return lambda session: sessions.start(session, _directory(office), office.maker, rules, "test", None)


def _sign_out(office: Office) -> Callable[[TenantSession], object]:
    office.run(_sign_in(office))
    with office.database.door().tenant_tx(office.database.scope(office.tenant), read_only=True) as session:
        row = session.scalar(select(WebSession.id).where(WebSession.ended_at.is_(None)).limit(1))
    actor = replace(office.maker, session_id=row)
    return lambda session: sessions.end(session, _directory(office), actor)


def _declare(office: Office) -> Callable[[TenantSession], object]:
    return lambda session: channels.declare_emergency_stop(session, office.admin, "hall", "机房断电")


VERBS: dict[str, tuple[Verb, str]] = {
    "propose": (
        lambda office: lambda s: approvals.propose(s, office.maker, KIND.code, {"code": "p"}, "业务需要"), "changes.proposed"),
    "approve": (_approve, "changes.approved"),
    "send back": (_send_back, "changes.sent_back"),
    "withdraw": (_withdraw, "changes.withdrawn"),
    "comment": (_comment, "changes.commented"),
    "emergency stop": (_declare, "channels.emergency_stop"),
    "sign in": (_sign_in, "identity.signed_in"),
    "sign out": (_sign_out, "identity.signed_out"),
}  # fmt: skip


class TestOneEventForEachVerb:
    @pytest.mark.parametrize("name", VERBS)
    def test_verb(self, office: Office, name: str) -> None:
        verb, action = VERBS[name]
        act = verb(office)
        before = head(office.database, office.tenant).size
        office.run(act)
        new = rows(office.database, office.tenant)[before:]
        assert [f'"action":"{action}"' in entry.body.decode() for entry in new] == [True]

    @pytest.mark.parametrize("name", VERBS)
    def test_a_verb_that_fails_leaves_no_event(self, office: Office, name: str) -> None:
        act = VERBS[name][0](_Failing(office))
        before = head(office.database, office.tenant).size
        with pytest.raises(_Failed):
            office.run(lambda session: _then_fail(act, session))
        assert head(office.database, office.tenant).size == before


class _Failed(Exception):
    pass


class _Failing(Office):
    """The same office; its changes get codes of their own."""

    def __init__(self, office: Office) -> None:
        super().__init__(office.database, office.tenant, office.maker, office.checker, office.admin)

    def propose(self, code: str) -> ChangeRequest:
        return super().propose(f"{code}-fails")


def _then_fail(act: Callable[[TenantSession], object], session: TenantSession) -> None:
    try:
        act(session)
    except DomainError as refused:
        raise _Failed from refused
    raise _Failed


class TestWithoutTheLog:
    def test_nothing_changes_within_a_second_and_reading_goes_on(self, clone: TestDatabase) -> None:
        tenant = clone.open_centre("C96701")
        write(clone, tenant)
        assert _add_unit(clone, tenant, "01") == ""
        tamper(clone, "revoke execute on function k.audit_append(uuid, bytea) from gjj_app")
        began = time.monotonic()
        assert _add_unit(clone, tenant, "02") == "42501"
        assert time.monotonic() - began < 1
        assert _units(clone, tenant) == 1
        tamper(clone, "grant execute on function k.audit_append(uuid, bytea) to gjj_app")
        assert _add_unit(clone, tenant, "02") == ""
        assert _units(clone, tenant) == 2

    def test_no_room_for_events_stops_changes_too(self, clone: TestDatabase) -> None:
        """A full disk under the log looks like this to the writer."""
        tenant = clone.open_centre("C96702")
        tamper(clone, "alter table audit_event add constraint ck_full check (tenant_id is null) not valid")
        assert _add_unit(clone, tenant, "01") == "23514"
        assert _units(clone, tenant) == 0


def _add_unit(database: TestDatabase, tenant: UUID, code: str) -> str:
    """The SQLSTATE of the refusal; empty when it was done."""
    try:
        with database.door().tenant_tx(database.scope(tenant)) as session:
            session.add(OrgUnit(code=code, name_zh="归集部", kind="department", parent_unit_id=None))
            session.audit("test.unit_added", "org_unit", code, "新增部门")
    except DBAPIError as refused:
        return str(getattr(refused.orig, "sqlstate", ""))
    return ""


def _units(database: TestDatabase, tenant: UUID) -> int:
    with database.door().tenant_tx(database.scope(tenant), read_only=True) as session:
        return session.scalar(select(func.count()).select_from(OrgUnit)) or 0
