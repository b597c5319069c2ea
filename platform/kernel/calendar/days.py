"""The calendar rows of this release: holidays and make-up days as published, later years provisional."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import chinese_calendar

FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
STATUTORY_2027 = {
    date(2027, 1, 1): "元旦",
    date(2027, 2, 6): "春节",
    date(2027, 2, 7): "春节",
    date(2027, 2, 8): "春节",
    date(2027, 4, 5): "清明节",
    date(2027, 5, 1): "劳动节",
    date(2027, 6, 9): "端午节",
    date(2027, 9, 15): "中秋节",
    date(2027, 10, 1): "国庆节",
    date(2027, 10, 2): "国庆节",
    date(2027, 10, 3): "国庆节",
}


def rows() -> list[dict[str, Any]]:
    """Days that differ from Monday-to-Friday, as rows of `calendar_day`. 2027 has statutory days only and is provisional."""
    found = []
    day = FIRST
    while day <= LAST:
        working = bool(chinese_calendar.is_workday(day))
        if working != (day.weekday() < 5):
            found.append(_row(day, working, "调休上班" if working else "节假日", provisional=False))
        day += timedelta(days=1)
    found += [_row(day, False, name, provisional=True) for day, name in STATUTORY_2027.items()]
    return found


def _row(day: date, working: bool, name_zh: str, *, provisional: bool) -> dict[str, Any]:
    return {"code": day.isoformat(), "working": working, "name_zh": name_zh, "provisional": provisional}
