"""A centre with seats, branches and people who have something to say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from sqlalchemy import select

import tenants.work_orders.jobs  # noqa: F401
from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import Secret
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.db.roles import DbRole, Login
from kernel.events.models import OutboxEvent
from kernel.identity.actor import Actor
from kernel.jobs.runner import Outcome, run
from kernel.tenancy.models import OrgUnit
from tenants.cases.ports import Party
from tenants.work_orders import service
from tenants.work_orders.models import WorkOrder
from tests.database import TestDatabase
from tests.people import person
from tests.tenants.cases.world import business_time

__all__ = ["ANSWER", "TEXT", "World", "business_time", "open_world"]

TEXT = "窗口排队时间太长，希望增加叫号提醒。"
ANSWER = "您好，我们已在大厅增加叫号屏和短信提醒，欢迎再来办理。"


@dataclass
class World:
    """One centre of the tests and the ways to act in it."""

    database: TestDatabase
    tenant_id: UUID
    people: dict[str, Actor] = field(default_factory=dict)

    def party(self, account: UUID | None = None, phone: str = "16000004321") -> Party:
        name, number = Secret("江望舒", MaskKind.NAME), Secret(phone, MaskKind.PHONE)
        return Party(account or uuid4(), "370000001", "wechat", 1, name, number)

    @contextmanager
    def as_citizen(self, party: Party, *, read_only: bool = False) -> Iterator[TenantSession]:
        scope = self.database.scope(self.tenant_id, DbRole.CITIZEN, str(party.account_id))
        with self.database.door().tenant_tx(scope, read_only=read_only) as session:
            yield session

    @contextmanager
    def as_staff(self, *, read_only: bool = False) -> Iterator[TenantSession]:
        scope = self.database.scope(self.tenant_id)
        with self.database.door().tenant_tx(scope, read_only=read_only) as session:
            yield session

    def seat(self, name: str = "沈青禾", unit: str = "", role: str = "seat") -> Actor:
        if name not in self.people:
            unit_id = self.unit(unit) if unit else None
            self.people[name] = person(self.database, self.tenant_id, name, role, unit_id=unit_id)
        return self.people[name]

    def unit(self, code: str) -> UUID:
        with self.as_staff(read_only=True) as session:
            return session.scalars(select(OrgUnit.id).where(OrgUnit.code == code)).one()

    def opened(self, party: Party | None = None, kind: str = "complaint", text: str = TEXT) -> UUID:
        party = party or self.party()
        with self.as_citizen(party) as session:
            return service.open_by_citizen(session, party, kind, text).id

    def called(
        self, kind: str = "inquiry", phone: str = "16000001111", unit: str = "", text: str = TEXT
    ) -> UUID:
        actor, contact = self.seat(), Secret(phone, MaskKind.PHONE)
        unit_id = self.unit(unit) if unit else None
        with self.as_staff() as session:
            return service.open_for_caller(session, actor, kind, text, contact, unit_id=unit_id).id

    def taken(self, order_id: UUID, name: str = "沈青禾") -> None:
        actor, version = self.seat(name), self.order(order_id).version
        with self.as_staff() as session:
            service.take(session, actor, order_id, version)

    def answered(self, order_id: UUID, text: str = ANSWER, name: str = "沈青禾") -> None:
        self.taken(order_id, name)
        version = self.order(order_id).version
        with self.as_staff() as session:
            service.answer(session, self.seat(name), order_id, version, text)

    def order(self, order_id: UUID) -> WorkOrder:
        with self.as_staff(read_only=True) as session:
            order = session.scalars(select(WorkOrder).where(WorkOrder.id == order_id)).one()
            session.expunge(order)
        return order

    def work(self, name: str) -> list[Outcome]:
        """Run the waiting work of that name, whenever it is due."""
        with self.as_staff() as session:
            wanted = select(OutboxEvent).where(OutboxEvent.name == name, OutboxEvent.state == "ready")
            leased = []
            for row in session.scalars(wanted):
                row.state, row.token, row.attempts = "leased", uuid7(), row.attempts + 1
                leased.append((row.id, row.token))
        worker = self.database.door(Login.WORKER)
        return [run(worker, self.tenant_id, event_id, token) for event_id, token in leased]


def open_world(database: TestDatabase, code: str) -> World:
    """A centre with two branches."""
    world = World(database, database.open_centre(code))
    with world.as_staff() as session:
        for short, name in (("BH", "滨河管理部"), ("CD", "城东管理部")):
            session.add(OrgUnit(id=uuid7(), code=short, name_zh=name, kind="branch", parent_unit_id=None))
        session.audit("test.units", "org_unit", "1", "测试机构")
    return world
