"""What a room must offer to be provisioned, and the way into the tenants that a city consists of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from sqlalchemy import func, select

from kernel.audit.record import ACTOR_NAME
from kernel.db import Database, TenantSession
from kernel.db.roles import DbRole
from kernel.identity.actor import Actor
from kernel.tenancy.scope import enter
from onboarding.manifests.service import BodyPlan
from onboarding.provisioning.policy import PlanLine, lock_key


class Step(Protocol):
    """One room's part of a body. Both verbs work inside the body's tenant and may be repeated."""

    name: str
    title_zh: str

    def compare(self, session: TenantSession | None, body: BodyPlan) -> Sequence[PlanLine]:
        """What differs; without a session the tenant does not exist yet. The caller rolls back."""
        ...

    def run(self, session: TenantSession, body: BodyPlan) -> int:
        """Make it so; returns how many rows were written. The caller audits and commits."""
        ...


class _Undone(Exception):
    """Ends a trial."""


@dataclass(frozen=True)
class Places:
    """The way into the province and the tenants of a city: a command, a job or a page makes it at its edge."""

    database: Database
    province_id: UUID
    subject: str = "system:onboarding"
    name_zh: str = "入驻程序"

    def acting_as(self, actor: Actor) -> Places:
        """The same, in the name of a person."""
        return replace(self, subject=str(actor.person_id), name_zh=actor.name)

    @contextmanager
    def inside(self, tenant_id: UUID, *, read_only: bool = False) -> Iterator[TenantSession]:
        """One transaction in one tenant."""
        scope = enter(tenant_id, DbRole.APP, self.subject)
        with self.database.tenant_tx(scope, read_only=read_only) as session:
            session.info[ACTOR_NAME] = self.name_zh
            yield session

    @contextmanager
    def alone_in(self, tenant_id: UUID) -> Iterator[TenantSession]:
        """The same, while no other step works there: two runs of one manifest never meet in a tenant."""
        with self.inside(tenant_id) as session:
            session.execute(select(func.pg_advisory_xact_lock(lock_key(tenant_id))))
            yield session

    @contextmanager
    def trying(self, tenant_id: UUID) -> Iterator[TenantSession]:
        """A transaction that leaves nothing behind, to ask a room what it would write."""
        try:
            with self.inside(tenant_id) as session:
                yield session
                raise _Undone
        except _Undone:
            return
