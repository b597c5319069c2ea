"""Closes change requests that nobody decided in time, so that lists and reports say what the clock already decided."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from kernel.approvals.models import ChangeRequest, ChangeState
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.jobs.registry import job

BATCH = 200


@job("changes.expire")
def expire(session: TenantSession, payload: dict[str, Any]) -> None:
    """Mark overdue requests as expired. Nobody could approve them any more: approving checks the time itself."""
    now = clock.now()
    overdue = session.scalars(
        select(ChangeRequest)
        .where(ChangeRequest.state == ChangeState.PENDING, ChangeRequest.expires_at <= now)
        .order_by(ChangeRequest.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    if not overdue:
        return
    for change in overdue:
        change.state, change.decided_at = ChangeState.EXPIRED, now
    session.audit(
        "changes.expired",
        "change",
        overdue[0].id,
        f"{len(overdue)} 项变更申请超过期限未审批，已自动关闭",
        changes=[str(change.id) for change in overdue],
    )


SCHEDULE = (("changes.expire", "every 60m", "tenants"),)
