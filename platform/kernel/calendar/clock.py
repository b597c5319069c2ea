"""Business time. In production it is wall-clock time; a demo, a rehearsal and tests may move it (decision D38). Audit keeps both.

The offset is a process-wide value that the composition root sets (`set_source`); nothing here reads the environment.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")

_offset: Callable[[], timedelta] = timedelta


def set_source(offset: Callable[[], timedelta]) -> None:
    """Use `offset` from now on: how far business time lies from wall-clock time."""
    global _offset
    _offset = offset


def now() -> datetime:
    """Business time, aware, UTC."""
    return datetime.now(UTC) + _offset()


def today() -> date:
    """The business day in Asia/Shanghai."""
    return now().astimezone(LOCAL).date()


def moved() -> bool:
    """Whether business time differs from wall-clock time."""
    return bool(_offset())
