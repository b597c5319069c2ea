"""A person's own work orders, for the phone pages and the channels' programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from kernel.calendar import clock
from kernel.calendar.working_days import working_days
from kernel.db import TenantSession
from kernel.web.keyset import Key, Position, Slice, take
from tenants.work_orders.errors import WorkOrderNotFound
from tenants.work_orders.models import WorkOrder, WorkOrderState
from tenants.work_orders.policy.limits import days_left, left_words
from tenants.work_orders.policy.states import ANSWERED, REOPEN_DAYS, STATE_KIND, STATE_ZH, WAITING
from tenants.work_orders.policy.words import KIND_ZH
from tenants.work_orders.queries.one import AnswerLine, StepLine, answers, opened, timeline


@dataclass(frozen=True)
class Mine:
    """One of the person's work orders as a page shows it. `left_zh` is empty once it is answered."""

    order: WorkOrder
    kind_zh: str
    state_zh: str
    state_kind: str
    left_zh: str
    text: str
    answers: Sequence[AnswerLine] = ()
    steps: Sequence[StepLine] = ()
    may_rate: bool = False
    may_reopen: bool = False


def list_mine(
    session: TenantSession, account_id: UUID, *, size: int = 20, position: Position | None = None
) -> Slice:
    """A page of the account's work orders as `Mine` without answers and steps, the newest first; one query."""
    statement = select(WorkOrder).where(WorkOrder.account_id == account_id)
    keys = (Key(WorkOrder.opened_at, "opened_at", True), Key(WorkOrder.id, "id", True))
    found = take(session, statement, keys, size=size, position=position)
    return Slice([_mine(session, order) for order in found.rows], found.next_position)


def one_mine(session: TenantSession, account_id: UUID, work_order_id: UUID) -> Mine:
    """One of them with answers and history. Raises WorkOrderNotFound, also for somebody else's."""
    order = session.scalar(
        select(WorkOrder).where(WorkOrder.id == work_order_id, WorkOrder.account_id == account_id)
    )
    if order is None:
        raise WorkOrderNotFound
    given = answers(session, order.id, citizen=True)
    return _mine(session, order, given, timeline(session, order.id, citizen=True))


def _mine(
    session: TenantSession,
    order: WorkOrder,
    given: Sequence[AnswerLine] = (),
    steps: Sequence[StepLine] = (),
) -> Mine:
    left = ""
    if order.state in WAITING:
        days = working_days(session)
        left = left_words(days_left(days, clock.today(), order.due_on, order.limit_unit), order.limit_unit)
    newest = next((one for one in given if one.round == order.round), None)
    return Mine(
        order, KIND_ZH[order.kind], STATE_ZH[order.state], STATE_KIND[order.state], left,
        opened(session, order).text, given, steps,
        may_rate=newest is not None and newest.rating is None and order.state != WorkOrderState.MERGED,
        may_reopen=may_reopen(order),
    )  # fmt: skip


def may_reopen(order: WorkOrder) -> bool:
    """Whether the person may still ask for it to be looked at again."""
    if order.state not in ANSWERED or order.round != 1 or order.answered_at is None:
        return False
    return clock.now() <= order.answered_at + timedelta(days=REOPEN_DAYS)
