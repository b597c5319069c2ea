"""How many minutes of a day a channel was open, from its revisions and emergency stops. Pure: rows in, minutes out.

Service hours do not count as closed: the 7×24 of item 20 is measured against the whole day, so a channel with hours shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from kernel.calendar.clock import LOCAL

ONLINE = frozenset({"portal", "hall", "kiosk", "app", "wechat", "gov_app", "mini_app", "alipay"})
"""Where an item can be done without a person of the centre; the counter, the hotline and messages are not."""


@dataclass(frozen=True)
class State:
    """A channel from `since` on, as one tenant of the line says it. `distance`: 0 for the tenant itself, 1 for the one above."""

    channel: str
    distance: int
    since: datetime
    number: int
    open: bool
    stopped_until: datetime | None = None
    open_from: time | None = None
    open_to: time | None = None


@dataclass(frozen=True)
class Stop:
    """An emergency stop of a whole channel; `until` None while it lasts."""

    channel: str
    since: datetime
    until: datetime | None


def minutes_open(channel: str, states: Sequence[State], stops: Iterable[Stop], day: date) -> tuple[int, int]:
    """(open, expected) minutes of a channel on a day in Beijing; expected is 0 when the line did not have it then."""
    start = datetime.combine(day, time(), LOCAL)
    end = start + timedelta(days=1)
    mine = [s for s in states if s.channel == channel]
    halts = [s for s in stops if s.channel == channel]
    marks = {start, end} | {m for s in mine for m in _marks(s, day) if start < m < end}
    marks |= {m for s in halts for m in (s.since, s.until) if m is not None and start < m < end}
    cuts = sorted(marks)
    is_open = expected = timedelta()
    for a, b in zip(cuts, cuts[1:], strict=False):
        state = _at(mine, a)
        if state is None:
            continue
        expected += b - a
        if _serves(state, a) and not any(h.since <= a and (h.until is None or h.until > a) for h in halts):
            is_open += b - a
    return int(is_open.total_seconds() // 60), int(expected.total_seconds() // 60)


def _at(states: Sequence[State], moment: datetime) -> State | None:
    """Which state counts: the nearest tenant that has one in force, its newest."""
    live = [s for s in states if s.since <= moment]
    return min(live, key=lambda s: (s.distance, -s.since.timestamp(), -s.number), default=None)


def _serves(state: State, moment: datetime) -> bool:
    back = state.stopped_until is not None and state.stopped_until <= moment
    if not (state.open or back):
        return False
    if state.open_from is None or state.open_to is None:
        return True
    return state.open_from <= moment.astimezone(LOCAL).time() < state.open_to


def _marks(state: State, day: date) -> list[datetime]:
    found = [state.since]
    if state.stopped_until is not None:
        found.append(state.stopped_until)
    found += [datetime.combine(day, t, LOCAL) for t in (state.open_from, state.open_to) if t is not None]
    return found


def line_distance(line: Sequence[UUID], tenant_id: UUID) -> int:
    """How far above a tenant stands in the line."""
    return list(line).index(tenant_id)
