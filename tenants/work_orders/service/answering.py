"""The answer: once for each round, by the seat who took it, measured against the last day of the round."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from kernel import events, vault
from kernel.calendar import clock
from kernel.crypto.secret import Secret
from kernel.db import TenantSession, utc_now
from kernel.db.ids import uuid7
from kernel.errors import Invalid
from kernel.identity.actor import Actor
from kernel.jobs.registry import enqueue
from tenants.work_orders.errors import NotTakenByYou
from tenants.work_orders.events import WorkOrderAnswered
from tenants.work_orders.models import WorkOrderAnswer, WorkOrderState
from tenants.work_orders.policy.states import CLOSE_DAYS
from tenants.work_orders.service.steps import by_seat, in_state, locked, move, said

SHORTEST, LONGEST = 10, 2000
BLANK = "×"


def answer(
    session: TenantSession, actor: Actor, work_order_id: UUID, version: int, text: str
) -> WorkOrderAnswer:
    """Answer; the person gets a notice. Raises Invalid (`text`), NotTakenByYou, WrongState, ChangedMeanwhile."""
    words = said("text", text, SHORTEST, LONGEST)
    if BLANK in words:
        raise Invalid(fields={"text": ["模板中还有“×”没有填写，请补全后再答复。"]})
    order = locked(session, actor, work_order_id, version)
    in_state(order, WorkOrderState.TAKEN)
    if order.taken_person_id != actor.person_id:
        raise NotTakenByYou
    now, answer_id = clock.now(), uuid7()
    row = WorkOrderAnswer(
        id=answer_id, work_order_id=order.id, account_id=order.account_id, round=order.round, kind=order.kind,
        unit_id=order.unit_id, person_id=actor.person_id, person_name=actor.name, answered_at=now,
        content=vault.of(session).seal("work_order_answer", "content", answer_id, Secret(words)),
        due_on=order.due_on, on_time=clock.today() <= order.due_on,
    )  # fmt: skip
    session.add(row)
    move(session, order, WorkOrderState.ANSWERED, "answered", by_seat(actor))
    order.answered_at = now
    enqueue(
        session,
        "work_orders.close",
        {"work_order_id": str(order.id), "round": order.round},
        due_at=utc_now() + timedelta(days=CLOSE_DAYS),
    )
    session.audit(
        "work_orders.answered", "work_order", order.id, f"答复工单 {order.number}",
        on_time=row.on_time, round=order.round,
    )  # fmt: skip
    events.publish(session, WorkOrderAnswered(order.id))
    session.flush()
    return row
