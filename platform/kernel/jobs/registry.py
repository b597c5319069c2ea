"""Named jobs. `@job` gives a function a stable name; `enqueue` stores the work with the fact that it follows.

Not for work in the same transaction (call the function) nor for telling upper rooms (publish an event).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.events.models import JobKey, OutboxEvent

JobFunction = Callable[[TenantSession, dict[str, Any]], None]

jobs: dict[str, JobFunction] = {}


def job(name: str) -> Callable[[JobFunction], JobFunction]:
    """Register `function(session, payload)` under a stable name such as `channels.end_emergency_stop`."""

    def register(function: JobFunction) -> JobFunction:
        if name in jobs:
            raise ValueError(f"two jobs are called {name}")
        jobs[name] = function
        return function

    return register


def enqueue(
    session: TenantSession,
    name: str,
    payload: dict[str, Any],
    *,
    due_at: datetime | None = None,
    key: str | None = None,
) -> bool:
    """Store a job; ids and codes only. With `key` it is stored once ever: False when it was there already."""
    if name not in jobs:
        raise KeyError(name)
    if key is not None:
        new = session.execute(
            insert(JobKey)
            .values(tenant_id=session.tenant_id, id=uuid7(), key=f"{name}:{key}")
            .on_conflict_do_nothing(index_elements=["tenant_id", "key"])
            .returning(JobKey.id)
        ).first()
        if new is None:
            return False
    row = OutboxEvent(name=name, payload=payload)
    if due_at is not None:
        row.due_at = due_at
    session.add(row)
    return True
