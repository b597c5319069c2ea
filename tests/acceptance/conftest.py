"""A province with the item template and the standard, and centres below it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from sqlalchemy import event

from acceptance.standards.seed import seed_standard
from app import rooms
from kernel.db import TenantSession
from kernel.db.roles import Login
from kernel.jobs import relay
from kernel.jobs.runner import Outcome, run
from tenants.catalogue.seed import seed_province_template
from tenants.channels.seed import seed_channels
from tests.database import TestDatabase

CHANNELS = {
    "hall": {"open": True, "owner_zh": "信息科"},
    "app": {"open": True, "owner_zh": "信息科"},
    "wechat": {"open": True},
    "kiosk": {"open": True, "owner_zh": "营业部"},
    "hotline": {"open": True, "owner_zh": "客服科"},
    "counter": {"open": True},
}


@dataclass(frozen=True)
class Site:
    """A worker's province, and what tests do in it."""

    database: TestDatabase
    mine: set[UUID] = field(default_factory=set)
    """The centres made here: what tests of other rooms left behind in the database is theirs."""

    @contextmanager
    def inside(self, tenant: UUID | None = None, *, read_only: bool = False) -> Iterator[TenantSession]:
        """A transaction of one tenant; a test's own changes are said in the log."""
        with self.database.door().tenant_tx(self.database.scope(tenant), read_only=read_only) as session:
            yield session

    def centre(self, code: str, channels: bool = True) -> UUID:
        """An active centre that inherits the template."""
        tenant = self.database.open_centre(code)
        self.mine.add(tenant)
        if channels:
            with self.inside(tenant) as session:
                seed_channels(session, CHANNELS)
                session.audit("test.seeded", "channel", "*", "测试")
        return tenant

    def deliver(self) -> int:
        """Carry out everything that waits; returns how many pieces were done. Fails when one of them fails."""
        rung: list[tuple[UUID, UUID, UUID]] = []
        relay.sweep(self.database.door(Login.RELAY), lambda *ids: rung.append(ids))
        done = {ids: run(self.database.door(Login.WORKER), *ids) for ids in rung}
        assert {outcome for ids, outcome in done.items() if ids[0] in self.mine} <= {Outcome.DONE}
        return len(done)


@pytest.fixture(scope="session")
def site(database: TestDatabase) -> Site:
    """The province once for a worker."""
    rooms.load()
    with database.door().tenant_tx(database.scope()) as session:
        items, standard = seed_province_template(session), seed_standard(session)
        if items or standard:
            session.audit("test.seeded", "catalogue", "template", "导入省级事项模板与评估标准")
        else:
            session.rollback()
    return Site(database)


@contextmanager
def statements(database: TestDatabase) -> Iterator[list[str]]:
    """Every statement that is sent meanwhile."""
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    engine = database.door().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
