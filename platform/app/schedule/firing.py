"""Stores each slot's job once. The key in PostgreSQL is the guard: a second scheduler or a restart finds it and stores nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from app.schedule.plan import Recurring
from app.schedule.slots import slot_name
from kernel.calendar import clock
from kernel.db import Database
from kernel.db.roles import DbRole
from kernel.events.models import JobKey
from kernel.jobs.registry import enqueue
from kernel.tenancy import tenants
from kernel.tenancy.scope import Scope, enter

SUBJECT = "system:scheduler"
OPEN = ("active",)


@dataclass
class Firing:
    """Fires what is due. Keeps in mind what it stored, so that a quiet second costs no query."""

    database: Database
    plan: tuple[Recurring, ...]
    province: Callable[[], UUID]
    now: Callable[[], datetime] = clock.now
    _stored: dict[str, str] = field(default_factory=dict)

    def fire(self) -> int:
        """Store every slot that is due, in every tenant. Returns how many jobs were stored."""
        now = self.now()
        due = [r for r in self.plan if self._stored.get(r.job) != slot_name(r.rhythm.latest(now))]
        if not due:
            return 0
        province = self.province()
        stored = sum(self._fire_in(tenant, wanted, now) for tenant, wanted in self._places(province, due))
        self._stored |= {r.job: slot_name(r.rhythm.latest(now)) for r in due}
        return stored

    def _places(self, province: UUID, due: Iterable[Recurring]) -> list[tuple[UUID, list[Recurring]]]:
        with self.database.tenant_tx(_scope(province), read_only=True) as session:
            open_tenants = [t.id for t in tenants.tree(session) if t.status in OPEN]
        everywhere = [r for r in due if r.place == "tenants"]
        here = [
            (t, everywhere + [r for r in due if r.place == "province" and t == province])
            for t in open_tenants
        ]
        return [(tenant, wanted) for tenant, wanted in here if wanted]

    def _fire_in(self, tenant_id: UUID, wanted: list[Recurring], now: datetime) -> int:
        stored = 0
        with self.database.tenant_tx(_scope(tenant_id)) as session:
            for recurring in wanted:
                last = session.scalar(
                    select(func.max(JobKey.key)).where(
                        JobKey.key.startswith(recurring.prefix, autoescape=True)
                    )
                )
                for slot in recurring.rhythm.due(last and last.removeprefix(recurring.prefix), now):
                    stored += enqueue(session, recurring.job, {"slot": slot}, key=f"slot:{slot}")
        return stored


def _scope(tenant_id: UUID) -> Scope:
    return enter(tenant_id, DbRole.APP, SUBJECT)
