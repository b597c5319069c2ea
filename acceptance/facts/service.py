"""Recording what happened once, rebuilding a day from the ledger, handing sums up to the province."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from acceptance.facts import policy, queries
from acceptance.facts.events import MonthHandedUp
from acceptance.facts.models import CentreMonth, DailyFact, FactCorrection, FactEvent
from acceptance.facts.policy.opening import ONLINE, minutes_open
from kernel.calendar import clock
from kernel.db import TenantSession, utc_now
from kernel.db.ids import uuid7
from kernel.events import on, publish
from tenants.catalogue import queries as catalogue
from tenants.channels import queries as channels

Cell = tuple[str, str, str]
"""Kind, channel, other dimensions."""


@dataclass(frozen=True)
class Fact:
    """One increment. `source_event_id`: the id of the event or row it follows; without it, nothing guards against counting twice."""

    kind: str
    day: date
    n: int = 1
    dims: Mapping[str, str] = field(default_factory=dict)
    source_event_id: UUID | None = None


def record(
    session: TenantSession,
    kind: str,
    day: date,
    n: int = 1,
    dims: Mapping[str, str] | None = None,
    source_event_id: UUID | None = None,
) -> bool:
    """Count one event: a ledger row and its day's sum, in this transaction. False when that event was counted already.

    `day` is the business day in Beijing of what happened, not of when it was handled. Raises KindUnknown, DimensionUnknown, ValueError
    (n < 0): defects of the caller. For a batch of messages call it once with the batch's id and number, not once a message.
    """
    return record_many(session, [Fact(kind, day, n, dims or {}, source_event_id)]) == 1


def record_many(session: TenantSession, facts: Iterable[Fact]) -> int:
    """Count several events in two statements. Returns how many were new."""
    rows = [_row(session, fact) for fact in facts]
    if not rows:
        return 0
    ledger = (
        insert(FactEvent)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["tenant_id", "kind", "source_event_id"])
        .returning(FactEvent.day, FactEvent.kind, FactEvent.channel, FactEvent.dims, FactEvent.n)
    )
    added: dict[tuple[date, str, str, str], int] = defaultdict(int)
    new = session.execute(ledger).all()
    for row in new:
        added[row.day, row.kind, row.channel, row.dims] += row.n
    if added:
        _add(session, added)
    return len(new)


def recompute(session: TenantSession, day: date) -> list[FactCorrection]:
    """Rebuild a day's sums from the ledger. Returns what differed, stored as corrections; then the caller audits, else nothing changed.

    Cells are locked first, so that what is recorded meanwhile is added to the rebuilt sum. Reported and synthetic cells stay.
    """
    cells = {
        (c.measure, c.channel, c.dims): c
        for c in session.scalars(
            select(DailyFact)
            .where(DailyFact.day == day, DailyFact.origin == "event")
            .order_by(DailyFact.id)
            .with_for_update()
        )
    }
    sums = {(r.kind, r.channel, r.dims): (int(r.n), int(r.rows)) for r in queries.ledger_sums(session, day)}
    found = []
    for cell in sorted({*cells, *sums}):
        before = cells[cell].value if cell in cells else 0
        after, rows = sums.get(cell, (0, 0))
        if before != after:
            found.append(_correction(session, day, cell, before, after, rows))
            _put(session, day, cell, after, cells.get(cell))
    session.add_all(found)
    session.flush()
    return found


def recompute_days(session: TenantSession, first: date, last: date) -> list[FactCorrection]:
    """Rebuild several days, both ends included, and audit once when something differed."""
    found: list[FactCorrection] = []
    for offset in range((last - first).days + 1):
        found += recompute(session, first + timedelta(days=offset))
    if found:
        session.audit(
            "facts.recomputed",
            "daily_fact",
            first.isoformat(),
            f"按台账重新汇总 {first} 至 {last}，更正 {len(found)} 个数字",
            count=len(found),
        )
    return found


def measure(session: TenantSession, day: date) -> int:
    """Measure a day that is over, once: minutes by channel, items offered and online at its end. Returns how many facts were new."""
    start = datetime.combine(day, time(), clock.LOCAL)
    end = start + timedelta(days=1)
    states, stops = queries.channel_states(session, end), queries.channel_stops(session, start, end)
    facts = []
    for channel in sorted({s.channel for s in states}):
        is_open, expected = minutes_open(channel, states, stops, day)
        if expected:
            facts.append(_measured("channel.expected_minutes", day, expected, channel))
            facts.append(_measured("channel.available_minutes", day, is_open, channel))
    items = [row for row in catalogue.in_force(session, end).values() if row.item.public]
    if items:
        state = channels.openness(session, end)
        online = [r for r in items if any(state.open(r.code, c) for c in r.channels if c in ONLINE)]
        facts.append(_measured("catalogue.items_public", day, len(items)))
        facts.append(_measured("catalogue.items_online", day, len(online)))
    return record_many(session, facts)


def hand_up(session: TenantSession, province_id: UUID, since: date) -> int:
    """Publish each month since `since` for the province. Returns how many months. The caller audits if it changed rows itself."""
    months: dict[date, list[list[object]]] = defaultdict(list)
    for row in queries.monthly(session, since.replace(day=1)):
        if row.measure in policy.KINDS and policy.KINDS[row.measure].gauge:
            continue
        months[row.month].append([row.measure, row.channel, int(row.value), row.origin])
    for month, cells in months.items():
        publish(session, MonthHandedUp(province_id, session.tenant_id, month.isoformat(), cells))
    return len(months)


@on(MonthHandedUp, in_tenant=lambda event: event.province_id)
def receive_month(session: TenantSession, event: MonthHandedUp) -> None:
    """Replace the centre's month: the newest hand-over stands."""
    month = date.fromisoformat(event.month)
    session.execute(
        delete(CentreMonth).where(CentreMonth.subject_id == event.subject_id, CentreMonth.month == month)
    )
    rows = [
        {"tenant_id": session.tenant_id, "id": uuid7(), "subject_id": event.subject_id, "month": month, "measure": measure,
         "channel": channel, "value": value, "origin": origin}
        for measure, channel, value, origin in event.cells
    ]  # fmt: skip
    session.execute(insert(CentreMonth), rows)


def _measured(kind: str, day: date, n: int, channel: str = "") -> Fact:
    dims = {"channel": channel} if channel else {}
    return Fact(kind, day, n, dims, policy.measurement_id(kind, day, channel))


def _row(session: TenantSession, fact: Fact) -> dict[str, object]:
    if fact.n < 0:
        raise ValueError("a fact is counted up; what was wrong is corrected from the ledger")
    channel, dims = policy.canonical(policy.kind_of(fact.kind), fact.dims)
    return {
        "tenant_id": session.tenant_id, "id": uuid7(), "day": fact.day, "kind": fact.kind, "channel": channel,
        "dims": dims, "n": fact.n, "source_event_id": fact.source_event_id, "recorded_at": utc_now(),
    }  # fmt: skip


def _add(session: TenantSession, added: Mapping[tuple[date, str, str, str], int]) -> None:
    """In the order of the key, so that two transactions never wait for each other."""
    values = [
        {"tenant_id": session.tenant_id, "id": uuid7(), "day": day, "measure": kind, "channel": channel,
         "dims": dims, "value": n, "origin": "event"}
        for (day, kind, channel, dims), n in sorted(added.items())
    ]  # fmt: skip
    statement = insert(DailyFact).values(values)
    session.execute(
        statement.on_conflict_do_update(
            constraint="uq_daily_fact_cell", set_={"value": DailyFact.value + statement.excluded.value}
        )
    )


def _correction(
    session: TenantSession, day: date, cell: Cell, before: int, after: int, rows: int
) -> FactCorrection:
    kind, channel, dims = cell
    return FactCorrection(
        day=day, measure=kind, channel=channel, dims=dims, before=before, after=after, ledger_rows=rows,
        found_at=clock.now(),
    )  # fmt: skip


def _put(session: TenantSession, day: date, cell: Cell, value: int, old: DailyFact | None) -> None:
    if old is not None:
        session.execute(
            update(DailyFact)
            .where(DailyFact.id == old.id)
            .values(value=value)
            .execution_options(synchronize_session=False)
        )
        session.expire(old)
        return
    kind, channel, dims = cell
    values = {"tenant_id": session.tenant_id, "id": uuid7(), "day": day, "measure": kind, "channel": channel,
              "dims": dims, "value": value, "origin": "event"}  # fmt: skip
    session.execute(insert(DailyFact).values(values).on_conflict_do_nothing(constraint="uq_daily_fact_cell"))
