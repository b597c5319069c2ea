"""Counting days as the law counts them: the first day is left out, the last one is included, holidays are data.

A period in calendar days whose last day is no working day ends with the next working day (《民法典》第二百零三条); the day on which it
begins is not counted (第二百零一条).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from time import monotonic
from weakref import WeakKeyDictionary

from sqlalchemy import select

from kernel.calendar.models import CalendarDay
from kernel.db import Database, TenantSession

_KEEP_S = 600.0
_ONE = timedelta(days=1)
_kept: WeakKeyDictionary[Database, tuple[float, WorkingDays]] = WeakKeyDictionary()


@dataclass(frozen=True)
class WorkingDays:
    """The days that differ from Monday to Friday; `exceptions` maps a day to whether it is worked."""

    exceptions: Mapping[date, bool]

    def is_working(self, day: date) -> bool:
        """Whether the offices work on that day."""
        return self.exceptions.get(day, day.weekday() < 5)

    def this_or_next(self, day: date) -> date:
        """That day, or the next one on which the offices work."""
        while not self.is_working(day):
            day += _ONE
        return day

    def next_after(self, day: date) -> date:
        """The first working day after that day."""
        return self.this_or_next(day + _ONE)

    def add(self, day: date, count: int) -> date:
        """The `count`-th working day after that day; the day itself for 0."""
        for _step in range(count):
            day = self.next_after(day)
        return day

    def between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` lies before `start`."""
        if end < start:
            return -self.between(end, start)
        days = (end - start).days
        return sum(self.is_working(start + timedelta(days=i)) for i in range(1, days + 1))


def working_days(session: TenantSession) -> WorkingDays:
    """The calendar of this release; asked of the database once in ten minutes for each process."""
    kept = _kept.get(session.door)
    if kept is not None and kept[0] > monotonic():
        return kept[1]
    rows = session.execute(select(CalendarDay.code, CalendarDay.working))
    found = WorkingDays({date.fromisoformat(row.code): row.working for row in rows})
    _kept[session.door] = (monotonic() + _KEEP_S, found)
    return found
