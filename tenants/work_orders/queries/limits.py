"""The limits that hold now: the centre's newest decision for a kind, else the platform's default."""

from __future__ import annotations

from sqlalchemy import select

from kernel.db import TenantSession
from tenants.work_orders.models import WorkOrderLimit
from tenants.work_orders.policy.limits import Limit, defaults


def limits(session: TenantSession) -> dict[str, Limit]:
    """Kind → limit, in the order of the kinds; one query."""
    rows = session.scalars(select(WorkOrderLimit).order_by(WorkOrderLimit.decided_at, WorkOrderLimit.id))
    own = {row.kind: Limit(row.value, row.unit, "本中心规定", own=True) for row in rows}
    return {kind: own.get(kind, limit) for kind, limit in defaults().items()}


def limit_of(session: TenantSession, kind: str) -> Limit:
    """The limit of one kind."""
    return limits(session)[kind]
