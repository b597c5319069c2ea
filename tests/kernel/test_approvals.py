"""Four eyes: proposed by one, carried out once by another, exactly as seen."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from kernel.approvals import errors, service
from kernel.approvals.kinds import Difference, Execution, GuardedKind, Line, register
from kernel.approvals.models import ChangeRequest
from kernel.db import TenantSession
from kernel.errors import Forbidden, Invalid
from kernel.identity.actor import Actor
from kernel.permissions import Permission
from kernel.tenancy.models import OrgUnit
from tests.database import TestDatabase
from tests.people import person


def _describe(session: TenantSession, payload: Mapping[str, Any]) -> Difference:
    return Difference("新增部门", "org_unit", payload["code"], (Line("名称", "（无）", payload["name"]),))


def _apply(session: TenantSession, execution: Execution) -> None:
    session.add(
        OrgUnit(
            code=execution.payload["code"],
            name_zh=execution.payload["name"],
            kind="department",
            parent_unit_id=None,
        )
    )


KIND = register(
    GuardedKind(
        "test.unit", "新增部门", Permission.CATALOGUE_EDIT, Permission.CATALOGUE_CHECK, _describe, _apply
    )
)


@pytest.fixture(scope="module")
def staff(database: TestDatabase) -> tuple[UUID, Actor, Actor]:
    tenant = database.open_centre("C90110")
    return (
        tenant,
        person(database, tenant, "李编辑", "centre_editor"),
        person(database, tenant, "王审核", "centre_approver"),
    )


def _propose(database: TestDatabase, tenant: UUID, maker: Actor, code: str) -> ChangeRequest:
    with database.door().tenant_tx(database.scope(tenant)) as session:
        change = service.propose(session, maker, "test.unit", {"code": code, "name": "新部门"}, "业务需要")
        session.expunge(change)
    return change


def _approve(
    database: TestDatabase, tenant: UUID, checker: Actor, change: ChangeRequest, seen: bytes | None = None
) -> None:
    with database.door().tenant_tx(database.scope(tenant)) as session:
        service.approve(session, checker, change.id, seen or change.content_hash)


def _units(database: TestDatabase, tenant: UUID, code: str) -> int:
    with database.door().tenant_tx(database.scope(tenant), read_only=True) as session:
        return session.scalar(select(func.count()).select_from(OrgUnit).where(OrgUnit.code == code)) or 0


class TestApprove:
    def test_another_person_carries_it_out(self, database: TestDatabase, staff: tuple) -> None:
        tenant, maker, checker = staff
        change = _propose(database, tenant, maker, "a1")
        assert _units(database, tenant, "a1") == 0
        _approve(database, tenant, checker, change)
        assert _units(database, tenant, "a1") == 1

    def test_eight_approvers_at_once_execute_it_once(self, database: TestDatabase, staff: tuple) -> None:
        tenant, maker, _ = staff
        checkers = [person(database, tenant, f"审核{i}", "centre_approver") for i in range(8)]
        change = _propose(database, tenant, maker, "a2")

        def attempt(checker: Actor) -> bool:
            try:
                _approve(database, tenant, checker, change)
            except errors.AlreadyDecided:
                return False
            return True

        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(attempt, checkers)) == 1
        assert _units(database, tenant, "a2") == 1

    def test_the_maker_with_a_second_role_is_refused(self, database: TestDatabase, staff: tuple) -> None:
        tenant, maker, _ = staff
        both = Actor(
            maker.person_id, maker.name, tenant, maker.membership_id, maker.roles, frozenset(Permission)
        )
        change = _propose(database, tenant, maker, "a3")
        with pytest.raises(errors.OwnChange):
            _approve(database, tenant, both, change)
        assert _units(database, tenant, "a3") == 0

    def test_the_database_itself_refuses_the_maker(self, database: TestDatabase, staff: tuple) -> None:
        tenant, maker, _ = staff
        change = _propose(database, tenant, maker, "a4")
        statement = text(
            "update change_request set state = 'executed', executed_at = now(), checker_person_id = maker_person_id where id = :id"
        )
        with pytest.raises(DBAPIError) as refused:
            _run(database, tenant, statement, change.id)
        assert refused.value.orig.sqlstate == "23514"

    def test_content_cannot_change_after_the_proposal(self, database: TestDatabase, staff: tuple) -> None:
        tenant, maker, _ = staff
        change = _propose(database, tenant, maker, "a5")
        statement = text("update change_request set payload = 'x', content_hash = sha256('x') where id = :id")
        with pytest.raises(DBAPIError) as refused:
            _run(database, tenant, statement, change.id)
        assert refused.value.orig.sqlstate == "42501"

    def test_what_was_not_seen_is_not_executed(self, database: TestDatabase, staff: tuple) -> None:
        tenant, maker, checker = staff
        change = _propose(database, tenant, maker, "a6")
        with pytest.raises(errors.ChangedSinceSeen):
            _approve(database, tenant, checker, change, seen=b"\0" * 32)
        assert _units(database, tenant, "a6") == 0

    def test_without_the_permission_it_is_refused(self, database: TestDatabase, staff: tuple) -> None:
        tenant, maker, _ = staff
        change = _propose(database, tenant, maker, "a7")
        with pytest.raises(Forbidden):
            _approve(database, tenant, person(database, tenant, "另一编辑", "centre_editor"), change)

    def test_whom_it_does_not_concern_does_not_find_it(self, database: TestDatabase, staff: tuple) -> None:
        tenant, maker, _ = staff
        change = _propose(database, tenant, maker, "a8")
        with pytest.raises(errors.ChangeNotFound):
            _approve(database, tenant, person(database, tenant, "办事员", "clerk"), change)


class TestPropose:
    def test_a_reason_is_asked(self, database: TestDatabase, staff: tuple) -> None:
        tenant, maker, _ = staff
        with pytest.raises(Invalid), database.door().tenant_tx(database.scope(tenant)) as session:
            service.propose(session, maker, "test.unit", {"code": "p1", "name": "x"}, " ")

    def test_a_second_open_request_for_one_object_is_refused(
        self, database: TestDatabase, staff: tuple
    ) -> None:
        tenant, maker, _ = staff
        _propose(database, tenant, maker, "p2")
        with pytest.raises(errors.AlreadyProposed):
            _propose(database, tenant, maker, "p2")


def test_an_execution_cannot_be_built() -> None:
    with pytest.raises(TypeError):
        Execution(object(), UUID(int=1), {}, (UUID(int=1), ""), (UUID(int=2), ""))


def test_making_and_checking_need_different_permissions() -> None:
    with pytest.raises(ValueError, match="different permissions"):
        register(GuardedKind("test.same", "", Permission.INBOX, Permission.INBOX, _describe, _apply))


def _run(database: TestDatabase, tenant: UUID, statement: Any, change_id: UUID) -> None:
    with database.door().tenant_tx(database.scope(tenant)) as session:
        session.execute(statement, {"id": change_id})
