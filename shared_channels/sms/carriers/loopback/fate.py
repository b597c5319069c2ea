"""Decides, submit by submit, what happens: pure draws from the mood's seed."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from shared_channels.sms.carriers.loopback.moods import Mood


class Fate(NamedTuple):
    """What happens to one submit. Delays in seconds; ``state`` empty = never a report."""

    refused: bool
    throttled: bool
    dropped: bool
    answer_s: float
    report_s: float
    early: bool
    twice: bool
    state: str
    echoed: bool


class Fates:
    """One for each carrier."""

    def __init__(self, mood: Mood) -> None:
        self._mood = mood
        self._random = Random(mood.seed)  # noqa: S311
        self._states = tuple(mood.states)
        self._weights = tuple(mood.states.values())
        self._plain = self._is_plain(mood)

    @staticmethod
    def _is_plain(mood: Mood) -> bool:
        chances = (
            mood.refuse, mood.throttle, mood.drop_answer, mood.early_report, mood.no_report, mood.duplicate_report,
            mood.reorder_report, mood.echo_mo, *mood.answer_delay_ms, *mood.report_delay_ms,
        )  # fmt: skip
        return not any(chances) and len(mood.states) == 1

    def draw(self) -> Fate:
        """The next submit's fate."""
        if self._plain:
            return Fate(False, False, False, 0.0, 0.0, False, False, self._states[0], False)
        mood, chance = self._mood, self._random.random
        refused, throttled, dropped = (
            chance() < mood.refuse,
            chance() < mood.throttle,
            chance() < mood.drop_answer,
        )
        answer = self._random.uniform(*mood.answer_delay_ms) / 1000
        report = self._random.uniform(*mood.report_delay_ms) / 1000
        early, never, twice = (
            chance() < mood.early_report,
            chance() < mood.no_report,
            chance() < mood.duplicate_report,
        )
        late, echoed = chance() < mood.reorder_report, chance() < mood.echo_mo
        state = self._random.choices(self._states, self._weights)[0]
        if late:
            report += self._random.uniform(0.01, 0.1)
        return Fate(refused, throttled, dropped, answer, report, early, twice, "" if never else state, echoed)
