"""The clock of a case: working or calendar days, the day of receipt left out, standing still while the applicant supplements."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from kernel.calendar import clock
from kernel.calendar.working_days import WorkingDays

ONE_DAY = timedelta(days=1)
OFFICE_ENDS = time(17, 0)
"""What comes later counts as received on the next working day (platform default)."""
DRAFT_DAYS = 30
"""Days after which a draft that nobody touches ends (platform default)."""
SUPPLEMENT_WORKING_DAYS = 15
"""Working days for a supplement (platform default)."""


def received_on(days: WorkingDays, at: datetime) -> date:
    """The day that counts as the day of receipt: that day within office hours, else the next working day."""
    local = at.astimezone(clock.LOCAL)
    if days.is_working(local.date()) and local.time() < OFFICE_ENDS:
        return local.date()
    return days.next_after(local.date())


def due_on(days: WorkingDays, since: date, value: int, unit: str, used: int = 0) -> date:
    """The last day, included: so many days after `since`, less those that were used before."""
    left = max(value - used, 0)
    if unit == "instant":
        return since
    if unit == "working_day":
        return days.add(since, left)
    return days.this_or_next(since + timedelta(days=left))


def used_between(days: WorkingDays, since: date, until: date, unit: str) -> int:
    """How many days of the limit went by from `since` to `until`."""
    if unit == "working_day":
        return max(days.between(since, until), 0)
    return max((until - since).days, 0)


def days_left(days: WorkingDays, today: date, due: date, unit: str) -> int:
    """Days until the last one, 0 on it, negative after it; in the limit's unit."""
    return days.between(today, due) if unit == "working_day" else (due - today).days


def left_words(left: int, unit: str) -> str:
    """剩 2 个工作日, 今天到期, 已超 1 天."""
    if left == 0:
        return "今天到期"
    word = "天" if unit == "calendar_day" else "个工作日"
    return f"已超 {-left} {word}" if left < 0 else f"剩 {left} {word}"
