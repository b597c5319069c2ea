"""The shape of synthetic history (decision D38): month start, 30 June, July and December, weekends, growth. For demo bodies only."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from acceptance.facts.models import Measure

MONTHS = 13
SHARES = {"app": 0.34, "wechat": 0.27, "hall": 0.22, "kiosk": 0.05, "portal": 0.08, "hotline": 0.04}
SUCCESS = {"app": 0.965, "wechat": 0.958, "hall": 0.972, "kiosk": 0.93, "portal": 0.99, "hotline": 0.95}


def months_before(today: date, months: int = MONTHS) -> tuple[date, date]:
    """First day of the history and the day after its last: whole months before this one, and this one up to yesterday."""
    year, month = divmod(today.year * 12 + today.month - 1 - (months - 1), 12)
    return date(year, month + 1, 1), today


def shape(day: date) -> float:
    """How busy a day is against an ordinary working day."""
    factor = 0.35 if day.weekday() >= 5 else 1.0
    if day.day <= 5:
        factor *= 1.6
    if (day.month, day.day) in ((6, 30), (7, 1)):
        factor *= 3.0
    if day.month == 7:
        factor *= 1.4
    if day.month == 12:
        factor *= 1.15
    return factor


def history(seed: str, daily_visits: int, first: date, end: date) -> Iterator[tuple[date, str, str, int]]:
    """(day, measure, channel, value), the same for the same seed. `daily_visits`: an ordinary working day over all channels."""
    rng = random.Random(seed)
    day = first
    while day < end:
        growth = 1 + 0.012 * ((day.year - first.year) * 12 + day.month - first.month)
        for channel, share in SHARES.items():
            visits = round(daily_visits * share * shape(day) * growth * rng.uniform(0.85, 1.15))
            requests = round(visits * rng.uniform(0.16, 0.22))
            yield day, Measure.VISITS, channel, visits
            yield day, Measure.REQUESTS, channel, requests
            yield (
                day,
                Measure.SUCCESSES,
                channel,
                min(requests, round(requests * SUCCESS[channel] * rng.uniform(0.99, 1.005))),
            )
            yield day, Measure.REGISTRATIONS, channel, round(visits * rng.uniform(0.004, 0.008))
        day += timedelta(days=1)
