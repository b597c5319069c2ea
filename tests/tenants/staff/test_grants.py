"""Roles are granted by two people, exclusive ones never meet, a disabled person is out at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kernel.approvals import errors as approval_errors
from kernel.approvals import service as approvals
from kernel.errors import Forbidden, Invalid
from kernel.identity.actor import Actor
from kernel.identity.queries import actor_of_membership
from kernel.permissions import Permission
from tenants.staff import errors, queries, service
from tests.database import TestDatabase
from tests.people import person


class Staff:
    """A centre with an administrator, a system officer, a security officer and a clerk."""

    def __init__(self, database: TestDatabase, code: str) -> None:
        self.database, self.id = database, database.open_centre(code)
        self.admin = person(database, self.id, "赵管理", "centre_admin")
        self.system = person(database, self.id, "周系统", "system_officer")
        self.security = person(database, self.id, "孙安全", "security_officer")
        self.clerk = person(database, self.id, "钱经办", "clerk")

    def propose(self, kind: str, payload: dict[str, Any], maker: Actor | None = None) -> tuple[UUID, bytes]:
        with self.database.door().tenant_tx(self.database.scope(self.id)) as session:
            change = approvals.propose(session, maker or self.admin, kind, payload, "岗位调整")
            return change.id, change.content_hash

    def approve(self, change: tuple[UUID, bytes], checker: Actor | None = None) -> None:
        with self.database.door().tenant_tx(self.database.scope(self.id)) as session:
            approvals.approve(session, checker or self.security, *change)

    def now(self, actor: Actor) -> Actor | None:
        with self.database.door().tenant_tx(self.database.scope(self.id), read_only=True) as session:
            return actor_of_membership(session, actor.membership_id)


@pytest.fixture
def staff(database: TestDatabase, request: pytest.FixtureRequest) -> Staff:
    numbers = request.config.stash.setdefault(_NUMBERS, [9600])
    numbers[0] += 1
    return Staff(database, f"C{numbers[0]}0")


_NUMBERS = pytest.StashKey[list[int]]()


def _role(actor: Actor, role: str, valid_to: str | None = None) -> dict[str, Any]:
    return {"membership_id": str(actor.membership_id), "role": role, "valid_to": valid_to}


class TestGrant:
    def test_it_takes_effect_when_the_security_officer_approves(self, staff: Staff) -> None:
        change = staff.propose("staff.grant", _role(staff.clerk, "seat"))
        before = staff.now(staff.clerk)
        assert before is not None
        assert Permission.WORK_ORDER_ANSWER not in before.permissions
        staff.approve(change)
        after = staff.now(staff.clerk)
        assert after is not None
        assert Permission.WORK_ORDER_ANSWER in after.permissions

    def test_the_administrator_cannot_approve_it(self, staff: Staff) -> None:
        change = staff.propose("staff.grant", _role(staff.clerk, "seat"))
        with pytest.raises((approval_errors.OwnChange, Forbidden)):
            staff.approve(change, staff.admin)

    def test_exclusive_roles_are_refused_in_words(self, staff: Staff) -> None:
        with pytest.raises(errors.Exclusive) as refused:
            staff.propose("staff.grant", _role(staff.system, "audit_officer"))
        assert "互斥" in refused.value.message_zh

    def test_the_database_refuses_two_officers_in_one_person(self, staff: Staff) -> None:
        statement = text(
            "insert into role_grant (tenant_id, id, membership_id, person_id, role_code, officer, origin, granted_at)"
            " values (:t, gen_random_uuid(), :m, :p, 'audit_officer', 'audit', 'manifest', now())"
        )
        values = {"t": staff.id, "m": staff.system.membership_id, "p": staff.system.person_id}
        with (
            pytest.raises(DBAPIError) as refused,
            staff.database.door().tenant_tx(staff.database.scope(staff.id)) as session,
        ):
            session.execute(statement, values)
        assert getattr(refused.value.orig, "sqlstate", "") == "23P01"

    def test_a_role_of_another_kind_of_tenant_is_refused(self, staff: Staff) -> None:
        with pytest.raises(errors.NotForThisTenant):
            staff.propose("staff.grant", _role(staff.clerk, "province_officer"))

    def test_an_end_in_the_past_is_refused(self, staff: Staff) -> None:
        with pytest.raises(Invalid):
            staff.propose("staff.grant", _role(staff.clerk, "seat", "2020-01-01"))

    def test_a_grant_that_has_ended_gives_nothing(self, staff: Staff) -> None:
        staff.approve(staff.propose("staff.grant", _role(staff.clerk, "seat", "2099-01-01")))
        statement = text(
            "update role_grant set valid_to = now() - interval '1 minute' where role_code = 'seat'"
        )
        with staff.database.door().tenant_tx(staff.database.scope(staff.id)) as session:
            session.execute(statement)
        after = staff.now(staff.clerk)
        assert after is not None
        assert "seat" not in after.roles


class TestRevoke:
    def test_the_permission_is_gone_at_the_next_look(self, staff: Staff) -> None:
        staff.approve(staff.propose("staff.revoke", _role(staff.clerk, "clerk")))
        after = staff.now(staff.clerk)
        assert after is not None
        assert after.permissions == frozenset()

    def test_the_last_one_who_checks_grants_stays(self, staff: Staff) -> None:
        with pytest.raises(errors.LastGrantChecker):
            staff.propose("staff.revoke", _role(staff.security, "security_officer"))


class TestDisable:
    def _disable(self, staff: Staff, actor: Actor, who: Actor) -> None:
        with staff.database.door().tenant_tx(staff.database.scope(staff.id)) as session:
            service.disable(session, actor, who.membership_id, "离岗")

    def test_a_disabled_person_is_nobody(self, staff: Staff) -> None:
        self._disable(staff, staff.system, staff.clerk)
        assert staff.now(staff.clerk) is None
        with staff.database.door().tenant_tx(staff.database.scope(staff.id)) as session:
            service.enable(session, staff.system, staff.clerk.membership_id)
        assert staff.now(staff.clerk) is not None

    def test_nobody_disables_themselves_or_without_permission(self, staff: Staff) -> None:
        for actor, who in ((staff.system, staff.system), (staff.clerk, staff.admin)):
            with pytest.raises(Forbidden):
                self._disable(staff, actor, who)

    def test_the_last_one_who_checks_grants_cannot_be_disabled(self, staff: Staff) -> None:
        with pytest.raises(errors.LastGrantChecker):
            self._disable(staff, staff.system, staff.security)


def test_the_list_of_people_is_one_statement(staff: Staff) -> None:
    with staff.database.door().tenant_tx(staff.database.scope(staff.id), read_only=True) as session:
        rows = session.execute(queries.people(queries.Filter(role="clerk"))).all()
        assert [(row.Membership.name_zh, row.roles) for row in rows] == [("钱经办", ["clerk"])]
