"""Events for the search page and for recomputing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select

from kernel.audit.chain import Entry
from kernel.audit.models import AuditEvent, AuditHead
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.db.ids import uuid7_floor
from kernel.errors import NotFound

REFUSED = "access.refused"
_ENTRIES_AT_ONCE = 1000
_SLACK = timedelta(hours=1)  # an event is numbered at the end of its transaction


@dataclass(frozen=True)
class Filter:
    """What a search is narrowed to; empty means all. Days are days in Beijing, both ends included."""

    first_day: date | None = None
    last_day: date | None = None
    actor: str = ""
    group: tuple[str, ...] = ()
    action: str = ""
    object_kind: str = ""
    text: str = ""


def search(wanted: Filter) -> Select[AuditEvent]:
    """The events that match; the page orders them by `seq`."""
    statement = select(AuditEvent).where(*_times(wanted))
    if wanted.actor:
        statement = statement.where(AuditEvent.actor_name.contains(wanted.actor, autoescape=True))
    if wanted.group:
        statement = statement.where(
            or_(*(AuditEvent.action.startswith(p, autoescape=True) for p in wanted.group))
        )
    if wanted.action:
        statement = statement.where(AuditEvent.action == wanted.action)
    if wanted.object_kind:
        statement = statement.where(AuditEvent.object_kind == wanted.object_kind)
    if wanted.text:
        statement = statement.where(AuditEvent.summary.contains(wanted.text, autoescape=True))
    return statement


def event(session: TenantSession, seq: int) -> AuditEvent:
    """One event. Raises NotFound."""
    found = session.scalar(select(AuditEvent).where(AuditEvent.seq == seq).limit(1))
    if found is None:
        raise NotFound
    return found


def head(session: TenantSession) -> AuditHead | None:
    """Where the chain ends; None before the first event."""
    return session.scalar(select(AuditHead))


def entries(session: TenantSession, after: int, upto: int) -> Iterator[Entry]:
    """The stored entries after one position up to another, exactly as they are, doubles included."""
    columns = select(AuditEvent.seq, AuditEvent.prev_hash, AuditEvent.body, AuditEvent.entry_hash)
    mine = columns.where(AuditEvent.tenant_id == session.tenant_id).order_by(AuditEvent.seq, AuditEvent.id)
    for start in range(after, upto, _ENTRIES_AT_ONCE):
        until = min(upto, start + _ENTRIES_AT_ONCE)
        for row in session.execute(mine.where(AuditEvent.seq > start, AuditEvent.seq <= until)):
            yield Entry(row.seq, row.prev_hash, row.body, row.entry_hash)


def _times(wanted: Filter) -> list[ColumnElement[bool]]:
    """By the time in the event, and by the key, whose order is time: only the months asked for are read."""
    found: list[ColumnElement[bool]] = []
    if wanted.first_day is not None:
        start = _midnight(wanted.first_day)
        found += [AuditEvent.at >= start, AuditEvent.id >= _floor(start - _SLACK)]
    if wanted.last_day is not None:
        end = _midnight(wanted.last_day + timedelta(days=1))
        found += [AuditEvent.at < end, AuditEvent.id < _floor(end + _SLACK)]
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.LOCAL)


def _floor(at: datetime) -> UUID:
    return uuid7_floor(int(at.timestamp() * 1000))
