"""The door: one transaction = one tenant, audited, closed to everything else."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, InternalError

from kernel.db import UnauditedChange
from kernel.db.roles import DbRole
from kernel.tenancy.models import OrgUnit
from kernel.tenancy.scope import Scope
from tests.database import TestDatabase


@pytest.fixture(scope="module")
def two(database: TestDatabase) -> tuple:
    a, b = (
        database.open_centre("C90010", "甲市住房公积金管理中心"),
        database.open_centre("C90020", "乙市住房公积金管理中心"),
    )
    for tenant in (a, b):
        with database.door().tenant_tx(database.scope(tenant)) as session:
            session.add(OrgUnit(code="01", name_zh="归集管理部", kind="department", parent_unit_id=None))
            session.audit("org.unit_added", "org_unit", "01", "新增部门")
    return a, b


class TestTenantTx:
    def test_sees_only_its_own_rows(self, database: TestDatabase, two: tuple) -> None:
        for tenant in two:
            with database.door().tenant_tx(database.scope(tenant), read_only=True) as session:
                assert {u.tenant_id for u in session.scalars(select(OrgUnit))} == {tenant}

    def test_row_security_holds_without_the_loader_criterion(
        self, database: TestDatabase, two: tuple
    ) -> None:
        with database.door().tenant_tx(database.scope(two[0]), read_only=True) as session:
            assert session.execute(text("select count(*), min(tenant_id::text) from org_unit")).one() == (
                1,
                str(two[0]),
            )

    def test_a_change_without_an_audit_event_is_refused(self, database: TestDatabase, two: tuple) -> None:
        with pytest.raises(UnauditedChange), database.door().tenant_tx(database.scope(two[0])) as session:
            session.add(OrgUnit(code="02", name_zh="提取部", kind="department", parent_unit_id=None))
        with database.door().tenant_tx(database.scope(two[0]), read_only=True) as session:
            assert session.scalar(select(OrgUnit).where(OrgUnit.code == "02")) is None

    def test_reading_cannot_write(self, database: TestDatabase, two: tuple) -> None:
        with (
            pytest.raises(InternalError),
            database.door().tenant_tx(database.scope(two[0]), read_only=True) as session,
        ):
            session.add(OrgUnit(code="03", name_zh="贷款部", kind="department", parent_unit_id=None))
            session.flush()

    def test_a_row_of_another_tenant_is_refused(self, database: TestDatabase, two: tuple) -> None:
        with (
            pytest.raises(ValueError, match="another tenant"),
            database.door().tenant_tx(database.scope(two[0])) as session,
        ):
            session.add(
                OrgUnit(tenant_id=two[1], code="04", name_zh="贷款部", kind="department", parent_unit_id=None)
            )
            session.flush()

    def test_an_injected_tenant_is_refused(self, database: TestDatabase, two: tuple) -> None:
        with (
            pytest.raises(DBAPIError) as refused,
            database.door().tenant_tx(database.scope(two[0])) as session,
        ):
            session.execute(
                text("select set_config('app.ctx', replace(current_setting('app.ctx'), :a, :b), true)"),
                {"a": str(two[0]), "b": str(two[1])},
            )
            session.execute(text("select * from org_unit"))
        assert refused.value.orig.sqlstate == "42501"

    def test_an_injected_role_sees_nothing(self, database: TestDatabase, two: tuple) -> None:
        with database.door().tenant_tx(database.scope(two[0])) as session:
            session.execute(text("select set_config('role', 'gjj_auditor', true)"))
            assert session.execute(text("select count(*) from audit_event")).scalar() == 0

    def test_audit_rows_are_chained_and_cannot_be_changed(self, database: TestDatabase, two: tuple) -> None:
        with database.door().tenant_tx(database.scope(two[0]), read_only=True) as session:
            assert session.execute(text("select count(*) from audit_event where seq = 1")).scalar() == 1
        with (
            pytest.raises(DBAPIError) as refused,
            database.door().tenant_tx(database.scope(two[0])) as session,
        ):
            session.execute(text("update audit_event set summary = ''"))
        assert refused.value.orig.sqlstate == "42501"


def test_a_scope_cannot_be_built() -> None:
    with pytest.raises(TypeError):
        Scope(object(), None, DbRole.APP, "x")  # type: ignore[arg-type]
