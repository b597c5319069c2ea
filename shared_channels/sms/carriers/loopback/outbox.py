"""Reports and uplink messages that a loopback carrier still has to bring: they outlive a connection."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple


class Outgoing(NamedTuple):
    """One report or uplink message. ``tries``: how often it was written."""

    is_report: bool
    message_id: bytes
    phone: str
    source: str
    state: str
    content: bytes = b""
    message_format: int = 0
    headed: bool = False
    tries: int = 0


class Outbox:
    """What waits for a connection, in order."""

    def __init__(self) -> None:
        self._waiting: deque[Outgoing] = deque()

    def put(self, outgoing: Outgoing) -> None:
        """Keeps one until somebody is logged in."""
        self._waiting.append(outgoing)

    def take(self) -> list[Outgoing]:
        """Everything that waits."""
        waiting, self._waiting = list(self._waiting), deque()
        return waiting

    def __len__(self) -> int:
        return len(self._waiting)
