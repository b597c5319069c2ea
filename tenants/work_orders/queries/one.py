"""One work order opened. Sealed values come out as Secret or, for its page, as text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select

from kernel import vault
from kernel.crypto.errors import CannotDecrypt
from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import RevealPurpose, Secret, reveal
from kernel.db import TenantSession
from tenants.cases import queries as cases
from tenants.cases.models import ServiceCase
from tenants.work_orders.errors import WorkOrderNotFound
from tenants.work_orders.models import WorkOrder, WorkOrderAnswer, WorkOrderEvent, WorkOrderRating
from tenants.work_orders.policy.words import GRADE_ZH, STEP_KIND, STEP_ZH

UNREADABLE = "（内容无法读取）"


@dataclass(frozen=True)
class Opened:
    """What was written, and who wrote it (masked wherever it is shown); None where nobody left a name or a number."""

    text: str
    name: Secret[str] | None
    phone: Secret[str] | None


@dataclass(frozen=True)
class StepLine:
    """One line of the history."""

    at: datetime
    who: str
    text: str
    note: str
    kind: str


@dataclass(frozen=True)
class AnswerLine:
    """The answer of a round with how it was found: (word, words, moment) or None."""

    round: int  # noqa: A003
    text: str
    who: str
    at: datetime
    due_on: date
    on_time: bool
    rating: tuple[str, str, datetime] | None


def order_of_event(session: TenantSession, work_order_id: UUID) -> WorkOrder:
    """The work order that an event names. Raises WorkOrderNotFound."""
    order = session.scalar(select(WorkOrder).where(WorkOrder.id == work_order_id))
    if order is None:
        raise WorkOrderNotFound
    return order


def contact_of(session: TenantSession, work_order_id: UUID) -> Secret[str] | None:
    """The phone to which a notice goes; None when nobody left one. Raises WorkOrderNotFound."""
    return opened(session, order_of_event(session, work_order_id)).phone


def number_of(session: TenantSession, work_order_id: UUID) -> str:
    """The number for a notice. Raises WorkOrderNotFound."""
    return order_of_event(session, work_order_id).number


def opened(session: TenantSession, order: WorkOrder) -> Opened:
    """The text, the name, the phone."""
    text = _text(session, "work_order", "content", order.id, order.content)
    name = _maybe(session, "name", order.id, order.name, MaskKind.NAME)
    return Opened(text, name, _maybe(session, "phone", order.id, order.phone, MaskKind.PHONE))


def case_of(session: TenantSession, order: WorkOrder) -> ServiceCase | None:
    """The case that it is about, if any."""
    return None if order.case_id is None else cases.case_of_event(session, order.case_id)


def answers(session: TenantSession, work_order_id: UUID, *, citizen: bool = False) -> list[AnswerLine]:
    """The answers, the oldest first; `citizen` shows no names of seats. Two queries."""
    wanted = WorkOrderRating.work_order_id == work_order_id
    rated = {row.round: row for row in session.scalars(select(WorkOrderRating).where(wanted))}
    statement = select(WorkOrderAnswer).where(WorkOrderAnswer.work_order_id == work_order_id)
    rows = session.scalars(statement.order_by(WorkOrderAnswer.round))
    return [_answer(session, row, rated.get(row.round), citizen) for row in rows]


def timeline(session: TenantSession, work_order_id: UUID, *, citizen: bool = False) -> list[StepLine]:
    """The history, the oldest first; `citizen` sees no internal steps and no names of seats."""
    statement = select(WorkOrderEvent).where(WorkOrderEvent.work_order_id == work_order_id)
    if citizen:
        statement = statement.where(WorkOrderEvent.citizen_visible)
    return [_step(session, row, citizen) for row in session.scalars(statement.order_by(WorkOrderEvent.id))]


def _answer(
    session: TenantSession, row: WorkOrderAnswer, rated: WorkOrderRating | None, citizen: bool
) -> AnswerLine:
    rating = None
    if rated is not None:
        words = (
            "" if rated.words is None else _text(session, "work_order_rating", "words", rated.id, rated.words)
        )
        rating = (GRADE_ZH[rated.grade], words, rated.rated_at)
    who = "工作人员" if citizen else row.person_name
    text = _text(session, "work_order_answer", "content", row.id, row.content)
    return AnswerLine(row.round, text, who, row.answered_at, row.due_on, row.on_time, rating)


def _step(session: TenantSession, row: WorkOrderEvent, citizen: bool) -> StepLine:
    words = "" if row.words is None else _text(session, "work_order_event", "words", row.id, row.words)
    who = {"citizen": "本人" if citizen else "反映人", "system": "系统"}.get(row.by_kind, row.by_name)
    if citizen and row.by_kind == "staff":
        who, words = "工作人员", ""
    note = "；".join(part for part in (row.about_zh, words) if part)
    return StepLine(row.at, who, STEP_ZH.get(row.kind, "办理"), note, STEP_KIND.get(row.kind, "neutral"))


def _maybe(
    session: TenantSession, column: str, row_id: UUID, stored: bytes | None, kind: MaskKind
) -> Secret[str] | None:
    return None if stored is None else _open(session, "work_order", column, row_id, stored, kind)


def _text(session: TenantSession, table: str, column: str, row_id: UUID, stored: bytes) -> str:
    opened_ = _open(session, table, column, row_id, stored, MaskKind.OPAQUE)
    return reveal(opened_, RevealPurpose.AUTHORISED_VIEW)


def _open(
    session: TenantSession, table: str, column: str, row_id: UUID, stored: bytes, kind: MaskKind
) -> Secret[str]:
    """A value that can't be opened (damaged, or its key shredded) must not hide the rest of a page."""
    try:
        return vault.of(session).open(table, column, row_id, stored, kind)
    except CannotDecrypt:
        return Secret(UNREADABLE, kind)
