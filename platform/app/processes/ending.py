"""Ends a loop when the operator asks: a signal sets the flag, every wait is cut short by it."""

from __future__ import annotations

import signal
import threading
from types import FrameType

STOPS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Ending:
    """A flag that SIGTERM, SIGINT and SIGHUP raise. Make it in the main thread, before anything is opened."""

    def __init__(self, *, listen: bool = True) -> None:
        self._asked = threading.Event()
        if listen:
            for number in STOPS:
                signal.signal(number, self._on_signal)

    @property
    def asked(self) -> bool:
        """Whether the process should end."""
        return self._asked.is_set()

    def ask(self) -> None:
        """Ask from inside: for tests and for a loop that can't go on."""
        self._asked.set()

    def wait(self, seconds: float) -> bool:
        """Sleep, but not past the request to end. True when the process should end."""
        return self._asked.wait(seconds)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._asked.set()
