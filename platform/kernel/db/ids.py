"""Identifiers: UUID version 7 (RFC 9562), made by the client so that a row's key is known before it is sent."""

from __future__ import annotations

import os
import time
from uuid import UUID


def uuid7(at_ms: int | None = None) -> UUID:
    """A new time-ordered identifier; `at_ms` (Unix milliseconds) is for back-dated demo history only."""
    ms = time.time_ns() // 1_000_000 if at_ms is None else at_ms
    value = (ms & 0xFFFFFFFFFFFF) << 80 | int.from_bytes(os.urandom(10), "big")
    value &= ~(0xF << 76) & ~(0x3 << 62)
    return UUID(int=value | 7 << 76 | 2 << 62)


def uuid7_floor(at_ms: int) -> UUID:
    """The smallest version 7 identifier of that millisecond: a bound for partitions and time windows."""
    return UUID(int=(at_ms & 0xFFFFFFFFFFFF) << 80 | 7 << 76 | 2 << 62)
