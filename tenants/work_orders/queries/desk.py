"""The seats' desk: what waits, nearest due first, narrowed to the seat's own 管理部 where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from kernel import vault
from kernel.calendar import clock
from kernel.crypto.blind_index import IndexedField
from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import Secret
from kernel.db import TenantSession
from kernel.identity.actor import Actor
from kernel.tenancy.models import OrgUnit, UnitKind
from kernel.web.keyset import Key, Position, Slice, take
from tenants.work_orders.errors import WorkOrderNotFound
from tenants.work_orders.models import WorkOrder, WorkOrderState
from tenants.work_orders.policy.states import WAITING

_LIMITING = (UnitKind.BRANCH, UnitKind.MANAGED_SUB_CENTRE)


@dataclass(frozen=True)
class DeskFilter:
    """What the list is narrowed to. `view`: desk (what waits), mine, overdue, answered, all; `state` overrides it."""

    view: str = "desk"
    state: str = ""
    kind: str = ""
    channel: str = ""
    number: str = ""
    phone: str = ""
    unit_id: UUID | None = None


def unit_limit(session: TenantSession, actor: Actor) -> UUID | None:
    """The unit to whose work orders a seat is limited: a 管理部 or a managed sub-centre; None for the whole centre."""
    if actor.unit_id is None:
        return None
    kind = session.scalar(select(OrgUnit.kind).where(OrgUnit.id == actor.unit_id))
    return actor.unit_id if kind in _LIMITING else None


def staff_order(session: TenantSession, actor: Actor, work_order_id: UUID) -> WorkOrder:
    """One work order that this seat may see. Raises WorkOrderNotFound."""
    rules = _seen(unit_limit(session, actor))
    order = session.scalar(select(WorkOrder).where(WorkOrder.id == work_order_id, *rules))
    if order is None:
        raise WorkOrderNotFound
    return order


def work_list(
    session: TenantSession,
    actor: Actor,
    wanted: DeskFilter,
    *,
    size: int = 20,
    position: Position | None = None,
) -> tuple[Slice, int]:
    """A page of work orders, the nearest due first, and how many there are."""
    rules = [*_seen(unit_limit(session, actor)), *_narrowed(session, actor, wanted)]
    keys = (Key(WorkOrder.due_on, "due_on"), Key(WorkOrder.id, "id"))
    found = take(session, select(WorkOrder).where(*rules), keys, size=size, position=position)
    count = session.scalar(select(func.count()).select_from(WorkOrder).where(*rules))
    return found, count or 0


def work_counts(session: TenantSession, actor: Actor) -> dict[str, int]:
    """How many wait, are mine, are overdue; one query after the unit's."""
    views = ("desk", "mine", "overdue")
    filtered = [
        func.count().filter(*_narrowed(session, actor, DeskFilter(view=view))).label(view) for view in views
    ]
    rules = [*_seen(unit_limit(session, actor)), WorkOrder.state.in_(WAITING)]
    row = session.execute(select(*filtered).select_from(WorkOrder).where(*rules)).one()
    return {view: getattr(row, view) for view in views}


def unit_choices(session: TenantSession) -> Sequence[tuple[str, str]]:
    """The units to which a work order can be handed: id and name."""
    statement = select(OrgUnit.id, OrgUnit.name_zh).where(OrgUnit.closed_at.is_(None)).order_by(OrgUnit.code)
    return [(str(row.id), row.name_zh) for row in session.execute(statement)]


def found_by_phone(session: TenantSession, phone: str) -> list[ColumnElement[bool]]:
    """The condition "left this number"; nothing is found for what is no number."""
    try:
        keys = vault.of(session).candidates(IndexedField.PHONE, Secret(phone, MaskKind.PHONE))
    except ValueError:
        keys = []
    return [WorkOrder.phone_index.in_(keys)]


def _seen(unit_id: UUID | None) -> list[ColumnElement[bool]]:
    return [] if unit_id is None else [WorkOrder.unit_id == unit_id]


def _narrowed(session: TenantSession, actor: Actor, wanted: DeskFilter) -> list[Any]:
    rules = _of_view(actor, wanted)
    for column, value in (
        (WorkOrder.kind, wanted.kind),
        (WorkOrder.channel, wanted.channel),
        (WorkOrder.unit_id, wanted.unit_id),
    ):
        if value:
            rules.append(column == value)
    if wanted.number:
        rules.append(WorkOrder.number.startswith(wanted.number, autoescape=True))
    if wanted.phone:
        rules += found_by_phone(session, wanted.phone)
    return rules


def _of_view(actor: Actor, wanted: DeskFilter) -> list[Any]:
    if wanted.state:
        return [WorkOrder.state == wanted.state]
    if wanted.view == "desk":
        return [WorkOrder.state.in_(WAITING)]
    if wanted.view == "mine":
        return [WorkOrder.state == WorkOrderState.TAKEN, WorkOrder.taken_person_id == actor.person_id]
    if wanted.view == "overdue":
        return [WorkOrder.state.in_(WAITING), WorkOrder.due_on < clock.today()]
    if wanted.view == "answered":
        return [WorkOrder.state == WorkOrderState.ANSWERED]
    return []
