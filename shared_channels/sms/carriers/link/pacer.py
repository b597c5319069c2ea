"""How fast a link may write: the contract's rate, and slower for a while when the gateway says so."""

from __future__ import annotations

_BURST_S = 0.02  # timers are coarse: this much of lost time may be caught up
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 5.0
_CUT = 0.7
_GROWTH = 1.1
_LEAST_KNOWN = 20.0  # a second that has just begun says little about the rate: do not fall below this at once


class Pacer:
    """``rate`` per second, 0 = unlimited. Times are the loop's clock.

    A throttle answer pauses (0.2 s, doubling while it goes on) and cuts the rate to 0.7 of what was really sent; each
    quiet second gives a tenth back until the contract's rate, or twice the cut rate where there is none, is reached.
    """

    __slots__ = (
        "_ceiling",
        "_count",
        "_grown_at",
        "_hold",
        "_next",
        "_pause",
        "_previous",
        "_rate",
        "_second",
        "rate",
    )

    def __init__(self, rate: float = 0.0) -> None:
        self.rate = rate
        self._rate = rate
        self._ceiling = rate
        self._next = 0.0
        self._hold = 0.0
        self._pause = _FIRST_PAUSE_S
        self._grown_at = 0.0
        self._second = 0
        self._count = 0
        self._previous = 0

    @property
    def current(self) -> float:
        """The rate of this moment, 0 = unlimited."""
        return self._rate

    def wait(self, now: float) -> float:
        """Seconds until the next write is allowed, 0 = now."""
        if now < self._hold:
            return self._hold - now
        if not self._rate:
            return 0.0
        if self._rate != self.rate and now - self._grown_at >= 1.0:
            self._grow(now)
        return max(0.0, self._next - now)

    def sent(self, now: float) -> None:
        """One write was made."""
        second = int(now)
        if second != self._second:
            self._previous = self._count if second == self._second + 1 else 0
            self._second, self._count = second, 0
        self._count += 1
        if self._rate:
            self._next = max(self._next, now - _BURST_S) + 1.0 / self._rate

    def slow(self, now: float) -> bool:
        """The gateway asked for less. False while an earlier slow-down still pauses: the same burst answers on."""
        if now < self._hold:
            return False
        again = now - self._grown_at < 2.0
        self._pause = min(self._pause * 2, _LONGEST_PAUSE_S) if again else _FIRST_PAUSE_S
        real = float(max(self._count, self._previous, 1))
        known = self._rate if again and self._rate else max(real, _LEAST_KNOWN)
        self._rate = max(1.0, min(known, self._rate or known) * _CUT)
        self._ceiling = self.rate or self._rate * 2
        self._hold = now + self._pause
        self._grown_at = self._hold
        self._next = self._hold
        return True

    def _grow(self, now: float) -> None:
        self._rate *= _GROWTH ** min(30, int(now - self._grown_at))
        self._grown_at = now
        if self._rate >= self._ceiling:
            self._rate = self.rate
