"""Removes what only guarded the past: keys of slots and settled rows of the queue."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from kernel.db import TenantSession, utc_now
from kernel.events.models import JobKey, OutboxEvent
from kernel.jobs.registry import job

KEPT = timedelta(days=30)


@job("schedule.tidy")
def tidy(session: TenantSession, payload: dict[str, Any]) -> None:
    """Slots older than a month can't come up again (at most seven days are made up for); done work has left its facts."""
    before = utc_now() - KEPT
    session.execute(
        delete(JobKey)
        .where(JobKey.key.contains(":slot:"), JobKey.made_at < before)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        delete(OutboxEvent)
        .where(OutboxEvent.state == "done", OutboxEvent.done_at < before)
        .execution_options(synchronize_session=False)
    )


SCHEDULE = (("schedule.tidy", "daily 03:40", "tenants"),)
