"""A province with the default catalogue, two centres, a sub-centre, and their people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

import pytest
from sqlalchemy import select

from kernel.approvals import service as approvals
from kernel.approvals.models import ChangeRequest
from kernel.db import TenantSession
from kernel.identity.actor import Actor
from tenants.catalogue import queries, service
from tenants.catalogue.policy.content import ItemContent
from tenants.catalogue.seed import seed_province_template
from tests.database import TestDatabase
from tests.people import person

CODES = iter(range(81000, 82000))


@dataclass
class Office:
    """A tenant with an editor and an approver."""

    database: TestDatabase
    id: UUID
    code: str
    editor: Actor
    approver: Actor

    @contextmanager
    def read(self) -> Iterator[TenantSession]:
        with self.database.door().tenant_tx(self.database.scope(self.id), read_only=True) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[TenantSession]:
        with self.database.door().tenant_tx(self.database.scope(self.id)) as session:
            yield session

    def content(self, code: str) -> ItemContent:
        """What is in force for an item."""
        with self.read() as session:
            return queries.item_now(session, code).item

    def propose(self, code: str, content: ItemContent, **options: object) -> ChangeRequest:
        """Draft and submit."""
        with self.write() as session:
            service.save_draft(session, self.editor, code, content, **options)  # type: ignore[arg-type]
        with self.write() as session:
            change = service.propose_draft(session, self.editor, code, "业务需要")
            session.expunge(change)
        return change

    def approve(self, change: ChangeRequest) -> None:
        """The approver agrees to what was proposed."""
        with self.write() as session:
            approvals.approve(session, self.approver, change.id, change.content_hash)

    def publish(self, code: str, content: ItemContent, **options: object) -> None:
        """Draft, submit and approve."""
        self.approve(self.propose(code, content, **options))

    def remove(self, code: str) -> None:
        """Submit a removal and approve it."""
        with self.write() as session:
            change = service.propose_removal(session, self.editor, code, "不再办理")
            session.expunge(change)
        self.approve(change)


@dataclass
class World:
    """Province → centre → sub-centre, and another centre."""

    province: Office
    centre: Office
    sub_centre: Office
    other: Office


@pytest.fixture
def world(database: TestDatabase) -> World:
    """Fresh centres for each test over one province with the default catalogue."""
    province = _office(database, database.province_id, "C00000")
    with province.write() as session:
        if seed_province_template(session):
            session.audit("test.seeded", "catalogue", "template", "导入省级事项模板")
        else:
            session.rollback()
    centre = _opened(database, "示例市住房公积金管理中心")
    sub_centre = _opened(database, "示例油田分中心", centre.id)
    return World(province, centre, sub_centre, _opened(database, "另一示例市住房公积金管理中心"))


def _opened(database: TestDatabase, name: str, parent: UUID | None = None) -> Office:
    code = f"C{next(CODES)}"
    return _office(database, database.open_centre(code, name, parent), code)


def _office(database: TestDatabase, tenant: UUID, code: str) -> Office:
    return Office(
        database,
        tenant,
        code,
        person(database, tenant, "李编辑", "centre_editor"),
        person(database, tenant, "王审核", "centre_approver"),
    )


def changes(office: Office) -> list[ChangeRequest]:
    """Every request of an office."""
    with office.read() as session:
        rows = list(session.scalars(select(ChangeRequest)))
        session.expunge_all()
    return rows
