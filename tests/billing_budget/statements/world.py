"""A centre with a sub-centre that sent messages last month and this month, and the queue between them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import event

from billing_budget.statements import service
from kernel.calendar import clock
from kernel.db import Database
from kernel.db.roles import Login
from kernel.jobs import relay
from kernel.jobs.runner import Outcome, run
from tests.billing_budget.ledger import book, kernel, tariffs
from tests.database import TestDatabase

THIS = clock.today().replace(day=1)
LAST = (THIS - timedelta(days=1)).replace(day=1)
THIS_MONTH, LAST_MONTH = f"{THIS:%Y-%m}", f"{LAST:%Y-%m}"


def noon(day: date) -> datetime:
    """Midday in Beijing."""
    return datetime.combine(day, time(12), clock.LOCAL)


@dataclass(frozen=True)
class World:
    """`centre` above `sub`."""

    database: TestDatabase
    centre: UUID
    sub: UUID

    @classmethod
    def open(cls, database: TestDatabase, code: str = "C95190") -> World:
        tariffs(database)
        centre = database.open_centre(code, "示例市住房公积金管理中心")
        sub = database.open_centre(f"{code[:-1]}1", "示例油田分中心", parent=centre)
        return cls(database, centre, sub)

    def send(self, tenant: UUID, month: date, messages: int, **values: Any) -> None:
        """Messages of that month, one a day."""
        with kernel(self.database) as connection:
            for n in range(messages):
                book(connection, tenant, at=noon(month + timedelta(days=n % 28)), **values)

    def issue(self, tenant: UUID, month: str = LAST_MONTH) -> Any:
        """Issue as the clock does."""
        with self.database.door().tenant_tx(self.database.scope(tenant)) as session:
            return service.issue(session, None, month)

    def shown(self, tenant: UUID, month: str = LAST_MONTH) -> Any:
        """The statement and its bytes."""
        with self.database.door().tenant_tx(self.database.scope(tenant), read_only=True) as session:
            return service.shown(session, service.composing.queries.line(session).payer, month)

    def consolidated(self, tenant: UUID, month: str = LAST_MONTH) -> service.Consolidated:
        with self.database.door().tenant_tx(self.database.scope(tenant), read_only=True) as session:
            return service.consolidate(session, month)

    def hand_up(self, tenant: UUID) -> bool:
        with self.database.door().tenant_tx(self.database.scope(tenant)) as session:
            return service.hand_up_running(session)

    def deliver(self, tenant: UUID) -> list[Outcome]:
        """Carry what this tenant published to where it goes."""
        rung: list[tuple[UUID, UUID, UUID]] = []
        relay.sweep(self.database.door(Login.RELAY), lambda *ids: rung.append(ids))
        return [run(self.database.door(Login.WORKER), *ids) for ids in rung if ids[0] == tenant]


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """Statements sent meanwhile, without those of the door and of signing in."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
