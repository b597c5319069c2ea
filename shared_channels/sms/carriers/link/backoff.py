"""How long to wait before the next attempt to connect."""

from __future__ import annotations

from random import Random


class Backoff:
    """Doubles from ``first_s`` to ``most_s``; half of each wait is chance, so that links do not come back in step."""

    __slots__ = ("_attempt", "_first", "_most", "_random")

    def __init__(self, first_s: float, most_s: float, random: Random) -> None:
        self._first = first_s
        self._most = most_s
        self._random = random
        self._attempt = 0

    def next(self, least_s: float = 0.0) -> float:
        """Seconds to wait, between half and all of the current step, and not less than half of ``least_s``."""
        step = max(least_s, min(self._most, self._first * float(1 << min(self._attempt, 30))))
        self._attempt += 1
        return step * (0.5 + 0.5 * self._random.random())

    def reset(self) -> None:
        """The connection held: start from the first step again."""
        self._attempt = 0
