"""Beginning a work order: by the person, by a seat for a caller, or from a poor rating of a case."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from secrets import randbelow
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from kernel import events, vault
from kernel.calendar import clock
from kernel.calendar.working_days import working_days
from kernel.crypto.blind_index import IndexedField, normalise_phone
from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import RevealPurpose, Secret, reveal
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.errors import Invalid
from kernel.identity.actor import Actor
from tenants.cases import queries as cases
from tenants.cases.ports import Party
from tenants.work_orders import queries
from tenants.work_orders.errors import TooManyToday
from tenants.work_orders.events import WorkOrderOpened
from tenants.work_orders.models import Origin, WorkOrder, WorkOrderKind, WorkOrderState
from tenants.work_orders.policy.limits import due_on, received_on
from tenants.work_orders.policy.words import GRADE_ZH, KIND_ZH, OFFERED_KINDS, SOURCE_ZH
from tenants.work_orders.service.steps import CITIZEN, SYSTEM, By, by_seat, note, said

SHORTEST, LONGEST = 5, 2000
A_DAY = 10
"""Work orders that one account may open in 24 hours (platform default)."""
_TRIES = 3
_DIALLED = re.compile(r"1[3-9][0-9]{9}|0[0-9]{9,11}")


@dataclass(frozen=True)
class _New:
    kind: str
    origin: Origin
    channel: str
    text: str
    account_id: UUID | None = None
    case_id: UUID | None = None
    name: Secret[str] | None = None
    phone: Secret[str] | None = None
    unit_id: UUID | None = None


def open_by_citizen(
    session: TenantSession,
    party: Party,
    kind: str,
    text: str,
    contact: Secret[str] | None = None,
    case_id: UUID | None = None,
) -> WorkOrder:
    """The person's own work order; notices go to `contact`, else to the log-in's phone. `case_id` names an own case that it is about.

    Raises Invalid (`kind`, `text`, `contact`), TooManyToday, CaseNotFound.
    """
    vault.of(session)
    if kind not in OFFERED_KINDS:
        raise Invalid(fields={"kind": ["请选择类别。"]})
    words = said("text", text, SHORTEST, LONGEST)
    if _opened_today(session, party.account_id) >= A_DAY:
        raise TooManyToday(3600)
    if case_id is not None:
        cases.own_case(session, party.account_id, case_id)
    phone = party.phone if contact is None else _phone(contact)
    new = _New(kind, Origin.CITIZEN, party.channel, words, party.account_id, case_id, party.name, phone)
    return _begin(session, new, CITIZEN, "opened")


def open_for_caller(
    session: TenantSession,
    actor: Actor,
    kind: str,
    text: str,
    contact: Secret[str] | None = None,
    *,
    name: Secret[str] | None = None,
    channel: str = "hotline",
    unit_id: UUID | None = None,
) -> WorkOrder:
    """What a seat writes down for somebody who calls, writes or stands at the counter. A report may come without name and number.

    Raises Invalid (`kind`, `text`, `contact`, `channel`, `unit_id`).
    """
    vault.of(session)
    if kind not in list(WorkOrderKind):
        raise Invalid(fields={"kind": ["请选择类别。"]})
    if channel not in SOURCE_ZH:
        raise Invalid(fields={"channel": ["请选择来源渠道。"]})
    words = said("text", text, SHORTEST, LONGEST)
    phone = None if contact is None else _phone(contact)
    if phone is None and kind != WorkOrderKind.ARREARS:
        raise Invalid(fields={"contact": ["请填写联系电话，答复时需要用到。单位欠缴举报可以不留电话。"]})
    own_unit = queries.unit_limit(session, actor)
    unit = own_unit or unit_id
    if unit is not None and str(unit) not in dict(queries.unit_choices(session)):
        raise Invalid(fields={"unit_id": ["请选择办理部门。"]})
    new = _New(kind, Origin.CALLER, channel, words, name=name, phone=phone, unit_id=unit)
    return _begin(session, new, by_seat(actor), "registered")


def open_from_rating(session: TenantSession, case_id: UUID) -> WorkOrder | None:
    """A complaint that stands for a poor rating; None when the case has one already or is not rated."""
    vault.of(session)
    case, rated = cases.case_of_event(session, case_id), cases.rating(session, case_id)
    if rated is None or _stands(session, case_id):
        return None
    row, words = rated
    text = f"办件 {case.number}（{case.item_name_zh}）评价为“{GRADE_ZH[row.grade]}”。{words}"
    person = cases.opened(session, case)
    new = _New(
        WorkOrderKind.COMPLAINT, Origin.RATING, row.channel, text, case.account_id, case.id,
        person.name, person.phone, case.unit_id,
    )  # fmt: skip
    return _begin(session, new, SYSTEM, "from_rating")


def _begin(session: TenantSession, new: _New, by: By, step: str) -> WorkOrder:
    order_id = _insert(session, new)
    order = session.scalars(select(WorkOrder).where(WorkOrder.id == order_id)).one()
    note(session, order, step, by)
    session.flush()
    session.audit(
        "work_orders.opened", "work_order", order.id, f"{KIND_ZH[new.kind]}工单 {order.number}",
        kind=str(new.kind), channel=new.channel, origin=str(new.origin),
    )  # fmt: skip
    events.publish(session, WorkOrderOpened(order.id))
    return order


def _insert(session: TenantSession, new: _New) -> UUID:
    limit, days, now = queries.limit_of(session, new.kind), working_days(session), clock.now()
    received = received_on(days, now)
    for _attempt in range(_TRIES):
        order_id = uuid7()
        values = {
            "tenant_id": session.tenant_id, "id": order_id,
            "number": f"{clock.today():%y%m%d}{randbelow(10**6):06d}",
            "kind": str(new.kind), "origin": str(new.origin), "channel": new.channel,
            "account_id": new.account_id, "case_id": new.case_id, "unit_id": new.unit_id,
            "state": WorkOrderState.OPENED, "state_at": now, "opened_at": now, "received_on": received,
            "limit_value": limit.value, "limit_unit": limit.unit,
            "due_on": due_on(days, received, limit.value, limit.unit),
        } | _sealed(session, new, order_id)  # fmt: skip
        statement = insert(WorkOrder).values(**values).on_conflict_do_nothing().returning(WorkOrder.id)
        if session.execute(statement).scalar() is not None:
            return order_id
    raise RuntimeError("no free work order number was found")


def _sealed(session: TenantSession, new: _New, order_id: UUID) -> dict[str, bytes | None]:
    own = vault.of(session)

    def seal(column: str, value: Secret[str] | None) -> bytes | None:
        return None if value is None else own.seal("work_order", column, order_id, value)

    return {
        "content": seal("content", Secret(new.text)),
        "name": seal("name", new.name),
        "phone": seal("phone", new.phone),
        "phone_index": None if new.phone is None else own.index(IndexedField.PHONE, new.phone),
    }


def _phone(contact: Secret[str]) -> Secret[str]:
    """The number as it is dialled, mobile or fixed. Raises Invalid (`contact`)."""
    digits = normalise_phone(reveal(contact, RevealPurpose.VALIDATION))
    if not _DIALLED.fullmatch(digits):
        raise Invalid(fields={"contact": ["请填写 11 位手机号码，或带区号的固定电话。"]})
    return Secret(digits, MaskKind.PHONE)


def _opened_today(session: TenantSession, account_id: UUID) -> int:
    since = clock.now() - timedelta(days=1)
    mine = (
        WorkOrder.account_id == account_id,
        WorkOrder.opened_at > since,
        WorkOrder.origin == Origin.CITIZEN,
    )
    return session.scalar(select(func.count()).select_from(WorkOrder).where(*mine)) or 0


def _stands(session: TenantSession, case_id: UUID) -> bool:
    mine = (WorkOrder.case_id == case_id, WorkOrder.origin == Origin.RATING)
    return session.scalar(select(WorkOrder.id).where(*mine)) is not None
