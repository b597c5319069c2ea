"""A person of the demo who acts through the services: in their tenant, under their name, one transaction an act."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from app.story.entering import actor_of, tenant_of
from app.story.stage import Stage
from kernel.audit.record import ACTOR_NAME
from kernel.db import TenantSession
from kernel.db.model import Base
from kernel.db.roles import DbRole, Login
from kernel.identity.actor import Actor
from kernel.tenancy.scope import enter


@contextmanager
def acting(stage: Stage, place: str, user: str) -> Iterator[tuple[TenantSession, Actor]]:
    """A transaction of that person in the tenant with that code."""
    tenant, door = tenant_of(stage, place).id, stage.installation.database(Login.WEB)
    with door.tenant_tx(enter(tenant, DbRole.APP, "system:story"), read_only=True) as session:
        actor = actor_of(session, user)
    with door.tenant_tx(enter(tenant, DbRole.APP, str(actor.person_id))) as session:
        session.info[ACTOR_NAME] = actor.name
        yield session, actor


def does(stage: Stage, place: str, user: str, verb: Callable[..., Any], *given: Any, **more: Any) -> Any:
    """One act: `verb(session, actor, …)`. A row that comes back may be looked at afterwards."""
    with acting(stage, place, user) as (session, actor):
        found = verb(session, actor, *given, **more)
        if isinstance(found, Base):
            session.flush()
            session.refresh(found)
            session.expunge(found)
        return found
