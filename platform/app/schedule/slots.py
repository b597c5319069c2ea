"""When a recurring job is due: `daily 02:10` (Asia/Shanghai) or `every 60m`. Pure arithmetic; a slot's name is its start."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kernel.calendar.clock import LOCAL

CATCH_UP = 7
"""After a long pause at most this many missed days are made up for; a job that runs by the hour only runs now."""

_DAILY = re.compile(r"daily ([01]\d|2[0-3]):([0-5]\d)")
_EVERY = re.compile(r"every ([1-9]\d{0,3})m")
_FORM = "%Y-%m-%dT%H:%MZ"


@dataclass(frozen=True)
class Rhythm:
    """How often. Exactly one of the two is set."""

    daily: tuple[int, int] | None = None
    every: timedelta | None = None

    @classmethod
    def named(cls, text: str) -> Rhythm:
        """The rhythm of a `SCHEDULE` line. Raises ValueError for anything else: a defect of the room."""
        if found := _DAILY.fullmatch(text):
            return cls(daily=(int(found[1]), int(found[2])))
        if found := _EVERY.fullmatch(text):
            return cls(every=timedelta(minutes=int(found[1])))
        raise ValueError(f"not a rhythm: {text}")

    def latest(self, now: datetime) -> datetime:
        """The start of the slot that is running now."""
        if self.every is not None:
            seconds = int(self.every.total_seconds())
            return datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)
        hour, minute = self.daily or (0, 0)
        local = now.astimezone(LOCAL)
        today = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return (today if today <= local else today - timedelta(days=1)).astimezone(UTC)

    def due(self, last: str | None, now: datetime) -> list[str]:
        """Names of the slots to store, oldest first. `last` is the newest one stored, None when there is none yet."""
        latest = self.latest(now)
        if last is not None and last >= slot_name(latest):
            return []
        if self.every is not None or last is None:
            return [slot_name(latest)]
        days = [latest - timedelta(days=n) for n in range(CATCH_UP - 1, -1, -1)]
        return [name for name in map(slot_name, days) if name > last]


def slot_name(start: datetime) -> str:
    """The name of a slot: sorts as time does."""
    return start.astimezone(UTC).strftime(_FORM)
