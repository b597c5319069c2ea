"""Looking up what one number reported: allowed to seats, and in the log."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.db import TenantSession
from kernel.identity.actor import Actor
from tenants.work_orders import queries
from tenants.work_orders.models import WorkOrder

MOST = 50


def look_up(session: TenantSession, actor: Actor, phone: str) -> Sequence[WorkOrder]:
    """The work orders of that number that this seat may see, at most 50, the nearest due first."""
    wanted = queries.DeskFilter(view="all", phone=phone)
    found, count = queries.work_list(session, actor, wanted, size=MOST)
    session.audit(
        "work_orders.looked_up", "work_order", "phone", f"按电话查找工单，找到 {count} 件", count=count
    )
    return found.rows
