"""What happens to a message after a line has spoken, and how much a line may take at once. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from shared_channels.sms.carriers.ports import Category, OutcomeKind, SubmitOutcome

LOOK_AHEAD_S = 0.02
"""A line takes at most what it sends in this time beyond its window: a code behind it waits no longer (design/performance §5)."""
MOST_AT_ONCE = 256

LATER = frozenset({Category.THROTTLED, Category.GATEWAY, Category.QUOTA, Category.ROUTE, Category.ACCOUNT})
"""Refusals that say something about the line or the moment, not about the message."""


@dataclass(frozen=True)
class DispatchSettings:
    """Times in seconds. `doubt_s`: how long a message that may have been sent waits before it is unknown. `share`: of the slots for
    POLICY while codes and notices wait. `give_up_s`: after this long a message that every line puts off is refused."""

    lease_s: float = 10.0
    doubt_s: float = 600.0
    report_hours: float = 72.0
    share: float = 0.05
    give_up_s: float = 86_400.0
    poll_s: float = 0.5
    sweep_s: float = 1.0
    beat_s: float = 2.0
    overdue_s: float = 30.0


class Act(StrEnum):
    """What the queue does with the row."""

    SENT = "sent"
    AGAIN = "again"
    DOUBT = "doubt"
    REFUSED = "refused"


class Verdict(NamedTuple):
    """`retry_s`: how long the row stays away from the queue (AGAIN) or in doubt (DOUBT)."""

    act: Act
    retry_s: float = 0.0


def decide(
    outcome: SubmitOutcome,
    *,
    is_code: bool,
    attempt: int,
    age_s: float,
    repeat_is_safe: bool,
    rules: DispatchSettings,
) -> Verdict:
    """Decision D22: what may have been sent is sent again for codes, and where the carrier knows a repeated message; other messages
    wait in doubt. A refusal that says nothing about the message is tried again, slower each time."""
    if outcome.kind is OutcomeKind.ACCEPTED:
        return Verdict(Act.SENT)
    if outcome.kind is OutcomeKind.NOT_SENT:
        return Verdict(Act.AGAIN)
    if outcome.kind is OutcomeKind.UNKNOWN:
        return Verdict(Act.AGAIN) if is_code or repeat_is_safe else Verdict(Act.DOUBT, rules.doubt_s)
    if outcome.category in LATER and not any(outcome.carrier_ids) and age_s < rules.give_up_s:
        return Verdict(Act.AGAIN, pause_s(attempt, is_code=is_code))
    return Verdict(Act.REFUSED)


def pause_s(attempt: int, *, is_code: bool) -> float:
    """Before the next try: doubling from one second, up to five seconds for codes and five minutes for others."""
    return float(min(2 ** min(attempt - 1, 10), 5 if is_code else 300))


def claim_size(rate_per_s: float, window: int) -> int:
    """Segments that a line may hold beyond those on their way: rate × 20 ms; an unmeasured line begins with its window."""
    if rate_per_s <= 0:
        return min(window, MOST_AT_ONCE)
    return max(1, min(MOST_AT_ONCE, math.floor(rate_per_s * LOOK_AHEAD_S)))


def code_wait_bound_s(rate_per_s: float, window: int) -> float:
    """The longest a code waits for lower lanes at full rate: what the line holds already, the window and one claim."""
    return (window + claim_size(rate_per_s, window)) / rate_per_s if rate_per_s > 0 else 0.0


class Share:
    """Keeps account of the slots that POLICY is owed: a fraction of all that were given out, at most one claim's worth saved up."""

    def __init__(self, part: float) -> None:
        self._part = part
        self._owed = 0.0

    def of(self, slots: int) -> int:
        """How many of these slots are kept for POLICY."""
        self._owed = min(self._owed + slots * self._part, 8.0)
        kept = min(int(self._owed), slots)
        self._owed -= kept
        return kept
