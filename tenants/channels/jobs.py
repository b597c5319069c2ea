"""What time does to channels."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import update

from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.jobs.registry import job
from tenants.channels.models import EmergencyStop


@job("channels.end_emergency_stop")
def end_emergency_stop(session: TenantSession, payload: dict[str, Any]) -> None:
    """Half an hour has passed: without a second person's confirmation the channel is open again."""
    ended = session.execute(
        update(EmergencyStop)
        .where(
            EmergencyStop.tenant_id == session.tenant_id,
            EmergencyStop.id == UUID(payload["stop_id"]),
            EmergencyStop.confirmed_at.is_(None),
            EmergencyStop.ended_at.is_(None),
        )
        .values(ended_at=clock.now())
        .returning(EmergencyStop.channel)
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if ended is None:
        session.changed_nothing()
    else:
        session.audit("channels.emergency_ended", "channel", ended, "紧急停用到期，无人确认，自动恢复")
