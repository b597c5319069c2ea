"""What a month's counters mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Month:
    """A month's allowance as people see it. `cap` None: no plan, nothing is capped. Segments."""

    month: str
    cap: int | None
    hard: bool
    warn_percent: int
    reserved: int = 0
    used: int = 0
    stopped: int = 0
    warned_at: datetime | None = None
    over_at: datetime | None = None
    stopped_at: datetime | None = None

    @property
    def taken(self) -> int:
        """Used and reserved together."""
        return self.used + self.reserved

    @property
    def left(self) -> int | None:
        """What may still be sent; 0 when the cap is passed, None without a cap."""
        return None if self.cap is None else max(0, self.cap - self.taken)

    @property
    def percent(self) -> int | None:
        """Whole percent of the cap that is taken, rounded down."""
        return None if self.cap is None else (self.taken * 100 // self.cap if self.cap else 100)

    @property
    def state(self) -> str:
        """none (no plan), normal, warn, full (hard cap reached) or over (soft cap passed)."""
        if self.cap is None:
            return "none"
        if self.taken > self.cap or (self.hard and self.taken >= self.cap):
            return "full" if self.hard else "over"
        return "warn" if self.taken * 100 >= self.cap * self.warn_percent else "normal"


STATE_ZH = {
    "none": ("未设额度", "neutral"),
    "normal": ("正常", "success"),
    "warn": ("接近额度", "warning"),
    "over": ("已超额度", "danger"),
    "full": ("额度已用完", "danger"),
}
RULE_ZH = {
    False: "超过额度后继续发送并提醒",
    True: "超过额度后停止发送（验证码和资金变动通知除外）",
}
