"""When to stop asking a core system that does not answer, and which answers to believe."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from tenants.core_system.ports import Balance, Details, Payout, PersonRef

FAILURES = 3
"""So many failures in a row open the breaker."""
OPEN_S = 20.0
"""Seconds for which an open breaker answers at once, without asking."""
_AHEAD = timedelta(minutes=5)


@dataclass
class Breaker:
    """Opens after failures in a row; after a while one call may try again."""

    failures: int = 0
    opened_at: float | None = field(default=None)

    def open(self) -> bool:
        """Whether calls are refused now."""
        return self.opened_at is not None and monotonic() - self.opened_at < OPEN_S

    def failed(self) -> None:
        """Count a failure; the third in a row, or the one after a pause, opens."""
        self.failures += 1
        if self.failures >= FAILURES:
            self.opened_at = monotonic()

    def answered(self) -> None:
        """The other side is well again."""
        self.failures, self.opened_at = 0, None


def person_makes_sense(found: PersonRef | None, wanted: str = "") -> bool:
    """Nobody, or somebody with a reference: the one that was asked for."""
    return found is None or (bool(found.ref) and wanted in ("", found.ref))


def balance_makes_sense(found: Balance, now: datetime) -> bool:
    """Not below zero, and not of tomorrow."""
    return found.fen >= 0 and found.as_of.tzinfo is not None and found.as_of <= now + _AHEAD


def details_make_sense(found: Details) -> bool:
    """Each line's balance follows from the line before it (rows stand newest first)."""
    pairs = zip(found.rows, found.rows[1:], strict=False)
    return all(newer.balance_fen == older.balance_fen + newer.amount_fen for newer, older in pairs)


def payout_makes_sense(found: Payout, amount_fen: int | None = None) -> bool:
    """It has a number, and speaks of the amount that was asked for."""
    return bool(found.core_no) and (amount_fen is None or found.amount_fen == amount_fen)
