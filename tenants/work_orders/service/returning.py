"""After the answer: how the person found it, and asking once more."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from kernel import events, vault
from kernel.calendar import clock
from kernel.calendar.working_days import working_days
from kernel.crypto.secret import Secret
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.errors import Invalid
from tenants.cases.models import Grade
from tenants.cases.ports import Party
from tenants.work_orders import queries
from tenants.work_orders.errors import (
    CannotReopen,
    ChangedMeanwhile,
    NotAnsweredYet,
    RatedAlready,
    WorkOrderNotFound,
)
from tenants.work_orders.events import WorkOrderOpened
from tenants.work_orders.models import WorkOrder, WorkOrderRating, WorkOrderState
from tenants.work_orders.policy.limits import due_on, received_on
from tenants.work_orders.policy.states import ANSWERED
from tenants.work_orders.policy.words import GRADE_ZH
from tenants.work_orders.queries.own import may_reopen
from tenants.work_orders.service.steps import CITIZEN, move, said

LONGEST = 500


def rate_answer(
    session: TenantSession, party: Party, work_order_id: UUID, grade: str, words: str = ""
) -> None:
    """Rate the newest answer, once. Raises Invalid (`grade`, `words`), NotAnsweredYet, RatedAlready, WorkOrderNotFound."""
    own = vault.of(session)
    if grade not in list(Grade):
        raise Invalid(fields={"grade": ["请选择满意程度。"]})
    text = said("words", words, 0, LONGEST)
    order = _mine(session, party, work_order_id)
    if order.state not in ANSWERED:
        raise NotAnsweredYet
    rating_id = uuid7()
    sealed = own.seal("work_order_rating", "words", rating_id, Secret(text)) if text else None
    new = session.execute(
        insert(WorkOrderRating)
        .values(
            tenant_id=session.tenant_id, id=rating_id, work_order_id=order.id, account_id=party.account_id,
            round=order.round, grade=grade, words=sealed, channel=party.channel, rated_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "work_order_id", "round"])
        .returning(WorkOrderRating.id)
    ).scalar()  # fmt: skip
    if new is None:
        session.changed_nothing()
        raise RatedAlready
    session.audit(
        "work_orders.rated",
        "work_order",
        order.id,
        f"评价工单 {order.number} 的答复：{GRADE_ZH[grade]}",
        grade=grade,
    )


def reopen(session: TenantSession, party: Party, work_order_id: UUID, words: str) -> WorkOrder:
    """Ask for it to be looked at again: once, within 30 days of the answer. A new clock begins; the desk stays the same.

    Raises Invalid (`words`), CannotReopen, ChangedMeanwhile, WorkOrderNotFound.
    """
    vault.of(session)
    reason = said("words", words, 5, LONGEST)
    if not may_reopen(_mine(session, party, work_order_id)):
        raise CannotReopen
    mine = (WorkOrder.id == work_order_id, WorkOrder.account_id == party.account_id)
    statement = select(WorkOrder).where(*mine).with_for_update()
    order = session.scalar(statement.execution_options(populate_existing=True))
    if order is None or not may_reopen(order):  # it went on between the two looks
        raise ChangedMeanwhile
    days, limit = working_days(session), queries.limit_of(session, order.kind)
    received = received_on(days, clock.now())
    move(session, order, WorkOrderState.OPENED, "reopened", CITIZEN, words=reason)
    order.round, order.received_on = 2, received
    order.limit_value, order.limit_unit = limit.value, limit.unit
    order.due_on = due_on(days, received, limit.value, limit.unit)
    order.taken_person_id, order.taken_name, order.taken_at = None, "", None
    order.closed_at = None
    session.audit("work_orders.reopened", "work_order", order.id, f"工单 {order.number} 申请重新处理")
    events.publish(session, WorkOrderOpened(order.id))
    session.flush()
    return order


def _mine(session: TenantSession, party: Party, work_order_id: UUID) -> WorkOrder:
    order = session.scalar(
        select(WorkOrder).where(WorkOrder.id == work_order_id, WorkOrder.account_id == party.account_id)
    )
    if order is None:
        raise WorkOrderNotFound
    return order
