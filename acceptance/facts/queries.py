"""Sums of facts by day and month, the ledger behind them, and what channels were at any moment: inside the tenant."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, literal, or_, select, union_all

from acceptance.facts.models import CentreMonth, DailyFact, FactCorrection, FactEvent, Measure
from acceptance.facts.policy.opening import State, Stop, line_distance
from kernel.approvals.models import ChangeRequest
from kernel.db import TenantSession
from tenants.channels.models import ChannelRevision, EmergencyStop, ItemSwitch

SWITCH_CHANNEL = "channels.switch_channel"
_MONTH = func.date_trunc("month", DailyFact.day).cast(DailyFact.day.type)


def monthly(session: TenantSession, since: date) -> Sequence[Any]:
    """(month, measure, channel, value, origin) of this tenant since a day, oldest first: one statement."""
    statement = (
        select(
            _MONTH.label("month"), DailyFact.measure, DailyFact.channel, func.sum(DailyFact.value).label("value"),
            func.max(DailyFact.origin).label("origin"),
        )
        .where(DailyFact.day >= since)
        .group_by("month", DailyFact.measure, DailyFact.channel)
        .order_by("month", DailyFact.measure, DailyFact.channel)
    )  # fmt: skip
    return session.execute(statement).all()


def last_day(session: TenantSession) -> date | None:
    """The newest day that has facts."""
    return session.scalar(select(func.max(DailyFact.day)))


def province_months(session: TenantSession, since: date) -> Sequence[Any]:
    """(subject_id, month, measure, value) over all centres that handed up, in the province's tenant: one statement."""
    statement = (
        select(
            CentreMonth.subject_id,
            CentreMonth.month,
            CentreMonth.measure,
            func.sum(CentreMonth.value).label("value"),
        )
        .where(CentreMonth.month >= since)
        .group_by(CentreMonth.subject_id, CentreMonth.month, CentreMonth.measure)
        .order_by(CentreMonth.month)
    )
    return session.execute(statement).all()


def cells_of(session: TenantSession, subject_id: UUID, month: date) -> dict[tuple[str, str], int]:
    """What the province holds of one centre's month."""
    rows = session.execute(
        select(CentreMonth.measure, CentreMonth.channel, CentreMonth.value).where(
            CentreMonth.subject_id == subject_id, CentreMonth.month == month
        )
    )
    return {(row.measure, row.channel): row.value for row in rows}


def totals(rows: Sequence[Any], measure: Measure) -> dict[date, int]:
    """Sum over channels by month."""
    found: dict[date, int] = {}
    for row in rows:
        if row.measure == measure:
            found[row.month] = found.get(row.month, 0) + int(row.value)
    return found


def sums(session: TenantSession, first: date, last: date) -> Sequence[Any]:
    """(month, measure, channel, dims, origin, value, days) between two days, both included: everything indicators need, one statement."""
    statement = (
        select(
            _MONTH.label("month"), DailyFact.measure, DailyFact.channel, DailyFact.dims, DailyFact.origin,
            func.sum(DailyFact.value).label("value"), func.count(DailyFact.day.distinct()).label("days"),
        )
        .where(DailyFact.day.between(first, last))
        .group_by("month", DailyFact.measure, DailyFact.channel, DailyFact.dims, DailyFact.origin)
    )  # fmt: skip
    return session.execute(statement).all()


def days_with(session: TenantSession, measures: Collection[str], first: date, last: date) -> dict[str, int]:
    """By channel, on how many days each of these kinds has a number: one statement. The smallest of them counts."""
    statement = (
        select(DailyFact.channel, DailyFact.measure, func.count(DailyFact.day.distinct()).label("days"))
        .where(DailyFact.day.between(first, last), DailyFact.measure.in_(measures))
        .group_by(DailyFact.channel, DailyFact.measure)
    )
    found: dict[str, dict[str, int]] = {}
    for row in session.execute(statement):
        found.setdefault(row.channel, {})[row.measure] = int(row.days)
    return {c: min(counts.get(m, 0) for m in measures) for c, counts in found.items()}


def ledger_sums(session: TenantSession, day: date) -> Sequence[Any]:
    """(kind, channel, dims, n, rows) of one day in the ledger."""
    statement = (
        select(
            FactEvent.kind, FactEvent.channel, FactEvent.dims, func.sum(FactEvent.n).label("n"),
            func.count().label("rows"),
        )
        .where(FactEvent.day == day)
        .group_by(FactEvent.kind, FactEvent.channel, FactEvent.dims)
    )  # fmt: skip
    return session.execute(statement).all()


def by_day(kinds: Collection[str], first: date, last: date) -> Select[*tuple[Any, ...]]:
    """(day, value, origins) of these kinds together, for a list by day; the page orders it."""
    return (
        select(
            DailyFact.day.label("day"),
            func.sum(DailyFact.value).label("value"),
            func.array_agg(DailyFact.origin.distinct()).label("origins"),
        )
        .where(DailyFact.measure.in_(kinds), DailyFact.day.between(first, last))
        .group_by(DailyFact.day)
    )


def day_values(
    session: TenantSession, kinds: Collection[str], days: Collection[date]
) -> dict[tuple[date, str], int]:
    """Sums by day and kind for the days of one page: one statement."""
    statement = (
        select(DailyFact.day, DailyFact.measure, func.sum(DailyFact.value).label("value"))
        .where(DailyFact.measure.in_(kinds), DailyFact.day.in_(days))
        .group_by(DailyFact.day, DailyFact.measure)
    )
    return {(r.day, r.measure): int(r.value) for r in session.execute(statement)}


def day_by_kind(session: TenantSession, kinds: Collection[str], day: date) -> Sequence[Any]:
    """(measure, origin, value) of one day's roll-up."""
    statement = (
        select(DailyFact.measure, DailyFact.origin, func.sum(DailyFact.value).label("value"))
        .where(DailyFact.measure.in_(kinds), DailyFact.day == day)
        .group_by(DailyFact.measure, DailyFact.origin)
    )
    return session.execute(statement).all()


def ledger_by_kind(session: TenantSession, kinds: Collection[str], day: date) -> dict[str, tuple[int, int]]:
    """(sum, rows) by kind of one day in the ledger."""
    statement = (
        select(FactEvent.kind, func.sum(FactEvent.n).label("n"), func.count().label("rows"))
        .where(FactEvent.kind.in_(kinds), FactEvent.day == day)
        .group_by(FactEvent.kind)
    )
    return {r.kind: (int(r.n), int(r.rows)) for r in session.execute(statement)}


def ledger(kinds: Collection[str], day: date) -> Select[FactEvent]:
    """The ledger's rows of one day; the page orders them."""
    return select(FactEvent).where(FactEvent.kind.in_(kinds), FactEvent.day == day)


def corrections(
    session: TenantSession, kinds: Collection[str], first: date, last: date
) -> Sequence[FactCorrection]:
    """The newest fifty corrections of these kinds in a window."""
    statement = (
        select(FactCorrection)
        .where(FactCorrection.measure.in_(kinds), FactCorrection.day.between(first, last))
        .order_by(FactCorrection.id.desc())
        .limit(50)
    )
    return session.scalars(statement).all()


def recent_switches(session: TenantSession, channel: str) -> Sequence[Any]:
    """(id, item_code, open, published_at) of this tenant's newest two hundred approved switches of a channel and of items on it."""
    whole = (
        select(
            ChannelRevision.id,
            literal("").label("item_code"),
            ChannelRevision.open,
            ChannelRevision.published_at,
        )
        .join(
            ChangeRequest,
            (ChangeRequest.tenant_id == ChannelRevision.tenant_id)
            & (ChangeRequest.id == ChannelRevision.change_id),
        )
        .where(
            ChannelRevision.tenant_id == session.tenant_id,
            ChannelRevision.code == channel,
            ChangeRequest.kind == SWITCH_CHANNEL,
        )
    )
    items = select(ItemSwitch.id, ItemSwitch.item_code, ItemSwitch.open, ItemSwitch.published_at).where(
        ItemSwitch.tenant_id == session.tenant_id, ItemSwitch.channel == channel
    )
    both = union_all(whole, items).subquery()
    return session.execute(select(both).order_by(both.c.published_at.desc()).limit(200)).all()


def channel_states(session: TenantSession, before: datetime) -> list[State]:
    """Every state that a channel of the line had before a moment, for `policy.opening`: two statements."""
    line: list[UUID] = list(
        session.scalars(select(func.unnest(func.k.cur_line(str(session.scope.role))))).all()
    )
    rows = session.scalars(select(ChannelRevision).where(ChannelRevision.effective_from < before))
    return [
        State(
            r.code, line_distance(line, r.tenant_id), r.effective_from, r.number, r.open, r.stopped_until,
            r.open_from, r.open_to,
        )
        for r in rows
    ]  # fmt: skip


def channel_stops(session: TenantSession, first: datetime, before: datetime) -> list[Stop]:
    """Emergency stops of whole channels that touch a stretch of time."""
    rows = session.scalars(
        select(EmergencyStop).where(
            EmergencyStop.item_code == "",
            EmergencyStop.declared_at < before,
            or_(EmergencyStop.ended_at.is_(None), EmergencyStop.ended_at > first),
            or_(EmergencyStop.confirmed_at.is_not(None), EmergencyStop.ends_at > first),
        )
    )
    return [
        Stop(r.channel, r.declared_at, r.ended_at or (None if r.confirmed_at else r.ends_at)) for r in rows
    ]
