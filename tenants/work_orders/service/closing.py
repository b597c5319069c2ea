"""The end: by a seat, or by itself a week after an answer to which nobody objected."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from kernel import events
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.identity.actor import Actor
from tenants.work_orders.events import WorkOrderClosed
from tenants.work_orders.models import WorkOrder, WorkOrderState
from tenants.work_orders.service.steps import SYSTEM, By, by_seat, in_state, locked, move


def close(session: TenantSession, actor: Actor, work_order_id: UUID, version: int) -> WorkOrder:
    """Close what is answered. Raises WrongState, ChangedMeanwhile, WorkOrderNotFound."""
    order = locked(session, actor, work_order_id, version)
    in_state(order, WorkOrderState.ANSWERED)
    return _close(session, order, "closed", by_seat(actor))


def close_by_itself(session: TenantSession, work_order_id: UUID, round_: int) -> None:
    """Close it when it still stands at that round's answer; otherwise nothing happens."""
    order = session.scalar(
        select(WorkOrder)
        .where(
            WorkOrder.id == work_order_id,
            WorkOrder.state == WorkOrderState.ANSWERED,
            WorkOrder.round == round_,
        )
        .with_for_update()
    )
    if order is not None:
        _close(session, order, "closed_by_itself", SYSTEM)


def _close(session: TenantSession, order: WorkOrder, step: str, by: By) -> WorkOrder:
    move(session, order, WorkOrderState.CLOSED, step, by)
    order.closed_at = clock.now()
    session.audit("work_orders.closed", "work_order", order.id, f"工单 {order.number} 办结")
    events.publish(session, WorkOrderClosed(order.id))
    return order
