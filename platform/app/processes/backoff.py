"""How long to wait after a failure: doubling with jitter, so that many processes don't come back in step, and never spinning."""

from __future__ import annotations

import random


class Backoff:
    """Seconds until the next try; `reset` after a success."""

    def __init__(self, first: float = 0.2, longest: float = 5.0) -> None:
        self._first, self._longest = first, longest
        self._failures = 0

    @property
    def failures(self) -> int:
        """How many in a row."""
        return self._failures

    def next(self) -> float:
        """Count a failure and say how long to wait."""
        pause: float = min(self._longest, self._first * 2 ** min(self._failures, 16))
        self._failures += 1
        return float(pause * random.uniform(0.75, 1.25))

    def reset(self) -> None:
        """All is well again."""
        self._failures = 0
