"""Taking, handing over between units, merging, remarks: what happens to a work order before its answer."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from kernel import events
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.errors import Invalid
from kernel.identity.actor import Actor
from tenants.work_orders import queries
from tenants.work_orders.errors import CannotMerge, SameUnit
from tenants.work_orders.events import WorkOrderAccepted
from tenants.work_orders.models import WorkOrder, WorkOrderEvent, WorkOrderState
from tenants.work_orders.policy.states import WAITING
from tenants.work_orders.service.steps import by_seat, in_state, locked, move, note, said


def take(session: TenantSession, actor: Actor, work_order_id: UUID, version: int) -> WorkOrder:
    """Begin to work on it, or go on where a colleague began. Raises WrongState, ChangedMeanwhile, WorkOrderNotFound."""
    order = locked(session, actor, work_order_id, version)
    in_state(order, *WAITING)
    over = order.state == WorkOrderState.TAKEN
    first = not over and not _taken_before(session, order)
    move(session, order, WorkOrderState.TAKEN, "taken_over" if over else "taken", by_seat(actor))
    order.taken_person_id, order.taken_name, order.taken_at = actor.person_id, actor.name, clock.now()
    session.audit("work_orders.taken", "work_order", order.id, f"受理工单 {order.number}")
    if first:
        events.publish(session, WorkOrderAccepted(order.id))
    return order


def hand_over(
    session: TenantSession, actor: Actor, work_order_id: UUID, version: int, unit_id: UUID | None, words: str
) -> WorkOrder:
    """Give it to another unit, or back to the centre's own desk (None): it waits there to be taken, its last day stays.

    Raises Invalid (`unit_id`, `words`), SameUnit, WrongState, ChangedMeanwhile.
    """
    reason = said("words", words, 2, 500)
    units = dict(queries.unit_choices(session))
    if unit_id is not None and str(unit_id) not in units:
        raise Invalid(fields={"unit_id": ["请选择办理部门。"]})
    order = locked(session, actor, work_order_id, version)
    in_state(order, *WAITING)
    if order.unit_id == unit_id:
        raise SameUnit
    name = "中心工单台" if unit_id is None else units[str(unit_id)]
    move(session, order, WorkOrderState.OPENED, "handed_over", by_seat(actor), about_zh=name, words=reason)
    order.unit_id, order.taken_person_id, order.taken_name, order.taken_at = unit_id, None, "", None
    session.audit(
        "work_orders.handed_over", "work_order", order.id, f"工单 {order.number} 转交{name}", unit=unit_id
    )
    return order


def comment(session: TenantSession, actor: Actor, work_order_id: UUID, version: int, words: str) -> WorkOrder:
    """A remark for colleagues; the person never sees it. Raises Invalid (`words`)."""
    text = said("words", words, 1, 500)
    order = locked(session, actor, work_order_id, version)
    note(session, order, "commented", by_seat(actor), words=text, visible=False)
    session.audit("work_orders.commented", "work_order", order.id, f"工单 {order.number} 添加内部备注")
    return order


def merge(
    session: TenantSession, actor: Actor, work_order_id: UUID, version: int, into_number: str
) -> WorkOrder:
    """End a double: it goes on in another work order of the same person and kind. Raises CannotMerge, WrongState."""
    order = locked(session, actor, work_order_id, version)
    in_state(order, *WAITING)
    into = session.scalar(
        select(WorkOrder)
        .where(WorkOrder.number == into_number.strip(), WorkOrder.state.in_(WAITING))
        .with_for_update()
    )
    if into is None or into.id == order.id or into.kind != order.kind or not _same_person(order, into):
        raise CannotMerge
    queries.staff_order(session, actor, into.id)
    by = by_seat(actor)
    move(session, order, WorkOrderState.MERGED, "merged", by, about_zh=into.number)
    order.merged_into_id = into.id
    note(session, into, "merged_here", by, about_zh=order.number)
    session.audit(
        "work_orders.merged", "work_order", order.id, f"工单 {order.number} 并入 {into.number}", into=into.id
    )
    return order


def _same_person(one: WorkOrder, other: WorkOrder) -> bool:
    """The same log-in; callers by their number. Otherwise somebody could never read the answer."""
    if one.account_id is not None or other.account_id is not None:
        return one.account_id == other.account_id
    return one.phone_index is not None and one.phone_index == other.phone_index


def _taken_before(session: TenantSession, order: WorkOrder) -> bool:
    """Whether somebody took it in this round already (before it was handed over)."""
    steps = select(WorkOrderEvent.kind).where(
        WorkOrderEvent.work_order_id == order.id, WorkOrderEvent.kind.in_(("taken", "reopened"))
    )
    kinds = session.scalars(steps.order_by(WorkOrderEvent.id)).all()
    return bool(kinds) and kinds[-1] == "taken"
