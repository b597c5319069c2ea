"""The queue: leased, fenced, exactly one effect, over tenants too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from kernel.db import TenantSession
from kernel.db.roles import Login
from kernel.events import Event, on, publish
from kernel.events.models import OutboxEvent
from kernel.jobs import relay
from kernel.jobs.registry import enqueue, job
from kernel.jobs.runner import Outcome, run
from kernel.tenancy import tenants
from kernel.tenancy.models import OrgUnit
from tests.database import TestDatabase

BROKEN: list[bool] = []


@dataclass(frozen=True)
class UnitNoted(Event):
    province_id: UUID
    code: str


@on(UnitNoted, in_tenant=lambda e: e.province_id)
def note_in_the_province(session: TenantSession, event: UnitNoted) -> None:
    _add(session, event.code)


@job("test.add_unit")
def add_unit(session: TenantSession, payload: dict[str, Any]) -> None:
    if BROKEN:
        raise RuntimeError("planted")
    _add(session, payload["code"])


def _add(session: TenantSession, code: str) -> None:
    session.add(OrgUnit(code=code, name_zh="由任务新增", kind="department", parent_unit_id=None))
    session.audit("test.unit_added", "org_unit", code, "测试新增")


@pytest.fixture(scope="module")
def tenant(database: TestDatabase) -> UUID:
    return database.open_centre("C90210")


def _units(database: TestDatabase, tenant: UUID, code: str) -> int:
    with database.door().tenant_tx(database.scope(tenant), read_only=True) as session:
        return session.scalar(select(func.count()).select_from(OrgUnit).where(OrgUnit.code == code)) or 0


def _lease(database: TestDatabase, tenant: UUID) -> list[tuple[UUID, UUID, UUID]]:
    """What the relay hands on for this tenant; other tests' tenants may have work due as well."""
    rung: list[tuple[UUID, UUID, UUID]] = []
    relay.sweep(database.door(Login.RELAY), lambda *ids: rung.append(ids))
    return [ids for ids in rung if ids[0] == tenant]


def _enqueue(database: TestDatabase, tenant: UUID, code: str, **more: Any) -> bool:
    with database.door().tenant_tx(database.scope(tenant)) as session:
        return enqueue(session, "test.add_unit", {"code": code}, **more)


class TestRun:
    def test_a_job_takes_effect_once_however_often_it_is_rung(
        self, database: TestDatabase, tenant: UUID
    ) -> None:
        _enqueue(database, tenant, "j1")
        (ring,) = _lease(database, tenant)
        outcomes = [run(database.door(Login.WORKER), *ring) for _ in range(3)]
        assert outcomes == [Outcome.DONE, Outcome.FENCED, Outcome.FENCED]
        assert _units(database, tenant, "j1") == 1

    def test_a_wrong_token_does_nothing(self, database: TestDatabase, tenant: UUID) -> None:
        _enqueue(database, tenant, "j2")
        ((where, event, token),) = _lease(database, tenant)
        assert run(database.door(Login.WORKER), where, event, uuid4()) is Outcome.FENCED
        assert _units(database, tenant, "j2") == 0
        assert run(database.door(Login.WORKER), where, event, token) is Outcome.DONE

    def test_a_failing_job_is_tried_later_and_names_no_values(
        self, database: TestDatabase, tenant: UUID
    ) -> None:
        _enqueue(database, tenant, "j3")
        (ring,) = _lease(database, tenant)
        BROKEN.append(True)
        assert run(database.door(Login.WORKER), *ring) is Outcome.RETRY
        BROKEN.clear()
        with database.door().tenant_tx(database.scope(tenant), read_only=True) as session:
            row = session.scalars(select(OutboxEvent).where(OutboxEvent.id == ring[1])).one()
            assert (row.state, row.last_error) == ("ready", "RuntimeError")
        assert _lease(database, tenant) == []

    def test_a_key_enqueues_once(self, database: TestDatabase, tenant: UUID) -> None:
        assert _enqueue(database, tenant, "j4", key="k") is True
        assert _enqueue(database, tenant, "j4", key="k") is False
        assert len(_lease(database, tenant)) == 1

    def test_an_event_takes_effect_in_another_tenant_once(self, database: TestDatabase, tenant: UUID) -> None:
        with database.door().tenant_tx(database.scope(tenant)) as session:
            publish(session, UnitNoted(database.province_id, "j5"))
        (ring,) = _lease(database, tenant)
        worker = database.door(Login.WORKER)
        assert run(worker, *ring) is Outcome.DONE
        assert _units(database, database.province_id, "j5") == 1
        assert _units(database, tenant, "j5") == 0

    def test_work_of_a_suspended_tenant_waits(self, database: TestDatabase) -> None:
        where = database.open_centre("C90220")
        _enqueue(database, where, "j6")
        (ring,) = _lease(database, where)
        _set_status(database, where, "suspended")
        assert run(database.door(Login.WORKER), *ring) is Outcome.RETRY
        _set_status(database, where, "active")
        assert run(database.door(Login.WORKER), *ring) is Outcome.DONE

    def test_the_relay_sees_no_payload(self, database: TestDatabase) -> None:
        with (
            database.door(Login.RELAY).process_tx() as connection,
            pytest.raises(Exception, match="permission denied"),
        ):
            connection.exec_driver_sql("select payload from outbox_event")


def _set_status(database: TestDatabase, where: UUID, status: str) -> None:
    with database.door().tenant_tx(database.scope()) as session:
        tenants.set_status(session, where, status)
        session.audit("test.status", "tenant", where, "测试状态")
