"""A line as the queue sees it: how many segments it may be given now, and how fast it goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic

from shared_channels.sms.carriers.ports import CarrierLink, LinkState
from shared_channels.sms.carriers.settings import LinkSettings
from shared_channels.sms.dispatch.policy import claim_size
from shared_channels.sms.dispatch.schemas import LineBeat

TAKES = frozenset({LinkState.UP, LinkState.IDLE})
_MEASURE_S = 0.25


class Meter:
    """Segments a second, smoothed; for lines whose contract names no rate."""

    def __init__(self) -> None:
        self.rate = 0.0
        self._count = 0
        self._since = monotonic()

    def add(self, segments: int) -> None:
        """So many were answered."""
        self._count += segments
        passed = monotonic() - self._since
        if passed >= _MEASURE_S:
            measured = self._count / passed
            self.rate = measured if measured > self.rate else self.rate * 0.7 + measured * 0.3
            self._count, self._since = 0, monotonic()


@dataclass
class Line:
    """`carrier`: whose tariff its messages have. `account`: under which carrier ids are unique: lines of one account share it.
    `repeat_is_safe`: the carrier recognises a message that it got already (the reserved field carries our reference)."""

    settings: LinkSettings
    carrier: str
    link: CarrierLink = field(repr=False)
    words_zh: str = ""
    held: int = 0
    meter: Meter = field(default_factory=Meter)

    @property
    def name(self) -> str:
        """Its name in the settings."""
        return self.settings.name

    @property
    def account(self) -> str:
        """Where its carrier ids belong."""
        return f"{self.settings.protocol}:{self.settings.host}:{self.settings.account}"

    @property
    def repeat_is_safe(self) -> bool:
        """Whether sending again can't reach the phone twice."""
        return self.settings.send_reference

    @property
    def slots(self) -> int:
        """Segments that may be claimed for it now: its free window and what it sends in 20 ms, less what it holds already.

        None until half a claim is free: the line has work for the time until then, and a claim costs the same for one row as for ten.
        """
        if self.link.state not in TAKES:
            return 0
        window = self.settings.window
        size = claim_size(self.settings.rate_per_s or self.meter.rate, window)
        if not self.settings.rate_per_s:
            size = max(size, window)
        unwritten = self.held - self.link.in_flight
        free = min(size - unwritten, window + size - self.held)
        return free if free >= max(1, size // 2) else 0

    def beat(self) -> LineBeat:
        """What the console shows of it."""
        counts = self.link.counts
        return LineBeat(
            self.name, str(self.settings.protocol), self.carrier, str(self.link.state), self.words_zh,
            self.settings.rate_per_s or round(self.meter.rate, 1), self.settings.window, self.link.in_flight,
            {name: getattr(counts, name) for name in counts.__slots__},
        )  # fmt: skip
