"""Who is served first when the house is full (R18)."""

from __future__ import annotations

from enum import IntEnum


class Priority(IntEnum):
    """Lower is served first. A blueprint has a default, a route may say otherwise with `priority=`."""

    PROBE = 0
    """Health probes and static files: never queued, never dropped."""
    LOGIN = 1
    """Codes and logging in."""
    CITIZEN = 2
    """Depositors, employers' clerks, channels."""
    CONSOLE = 3
    """Staff pages."""
    BATCH = 4
    """Reports, exports, bulk queries."""
