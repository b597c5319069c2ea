"""The worker carries approved runs out."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from kernel.db import Database, TenantSession
from kernel.jobs.registry import job
from onboarding.provisioning.policy import RUN_JOB
from onboarding.provisioning.ports import Places
from onboarding.provisioning.service import run_to_end


@job(RUN_JOB)
def run(session: TenantSession, payload: dict[str, Any]) -> None:
    """Carry a run out, or what a dead worker left of it.

    The job's own transaction is let go first: the steps are transactions of other tenants, and none waits inside another.
    """
    places = Places(door_of(session), session.tenant_id)
    session.rollback()
    run_to_end(places, UUID(str(payload["run_id"])))


def door_of(session: TenantSession) -> Database:
    """The door that this session came through: same engine, same signer, nothing opened."""
    door = object.__new__(Database)
    door.signer, door.engine = session.signer, cast(Any, session.get_bind())
    return door
