"""Moving a work order along an arrow and writing the step down: nothing else changes a state."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from kernel import vault
from kernel.calendar import clock
from kernel.crypto.secret import Secret
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.errors import Invalid
from kernel.identity.actor import Actor
from tenants.work_orders import queries
from tenants.work_orders.errors import ChangedMeanwhile, WrongState
from tenants.work_orders.models import WorkOrder, WorkOrderEvent
from tenants.work_orders.policy.states import STATE_ZH, may_move


@dataclass(frozen=True)
class By:
    """Who takes a step: citizen, staff or system."""

    kind: str
    person_id: UUID | None = None
    name: str = ""


SYSTEM = By("system", name="系统")
CITIZEN = By("citizen", name="反映人")
"""The name stays sealed in the work order."""


def by_seat(actor: Actor) -> By:
    """A seat, by name."""
    return By("staff", actor.person_id, actor.name)


def locked(session: TenantSession, actor: Actor, work_order_id: UUID, version: int) -> WorkOrder:
    """A work order of this seat's desk, locked, as the page showed it. Raises WorkOrderNotFound, ChangedMeanwhile."""
    vault.of(session)  # its keys come by a connection of their own: asked for before rows are locked
    queries.staff_order(session, actor, work_order_id)
    statement = select(WorkOrder).where(WorkOrder.id == work_order_id).with_for_update()
    order = session.scalars(statement.execution_options(populate_existing=True)).one()
    if order.version != version:
        raise ChangedMeanwhile
    return order


def in_state(order: WorkOrder, *states: str) -> None:
    """Raises WrongState elsewhere."""
    if order.state not in states:
        raise WrongState(STATE_ZH[order.state])


def move(
    session: TenantSession,
    order: WorkOrder,
    to: str,
    kind: str,
    by: By,
    *,
    about_zh: str = "",
    words: str = "",
    visible: bool = True,
) -> None:
    """Go to another state, count the version and note it. Raises WrongState where there is no arrow."""
    if not may_move(order.state, to):
        raise WrongState(STATE_ZH[order.state])
    start, order.state, order.state_at = order.state, to, clock.now()
    order.version += 1
    note(session, order, kind, by, about_zh=about_zh, words=words, visible=visible, start=start)


def note(
    session: TenantSession,
    order: WorkOrder,
    kind: str,
    by: By,
    *,
    about_zh: str = "",
    words: str = "",
    visible: bool = True,
    start: str | None = None,
) -> None:
    """Write a step down; `about_zh` holds names of units and numbers only, `words` are sealed."""
    event = WorkOrderEvent(
        id=uuid7(), work_order_id=order.id, account_id=order.account_id, at=clock.now(), kind=kind,
        from_state=start or order.state, to_state=order.state, by_kind=by.kind, by_person_id=by.person_id,
        by_name=by.name, about_zh=about_zh, citizen_visible=visible,
    )  # fmt: skip
    if words:
        event.words = vault.of(session).seal("work_order_event", "words", event.id, Secret(words))
    session.add(event)


def said(field: str, text: str, shortest: int, longest: int) -> str:
    """The text without blanks around it. Raises Invalid for one that is too short or too long."""
    words = text.strip()
    if not shortest <= len(words) <= longest:
        raise Invalid(fields={field: [f"请填写 {shortest} 至 {longest} 个字。"]})
    return words
