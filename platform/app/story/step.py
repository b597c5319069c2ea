"""One step of the story: what it does, what it proves, and how to see that it has been played already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.story.stage import Stage

Act = Callable[[Stage], str]


class NotProved(Exception):
    """The platform did not do what the step says. The text says what was seen instead."""


@dataclass(frozen=True)
class Step:
    """`act` does it and returns what was proved, in words; it raises NotProved otherwise. `played` looks at facts only."""

    code: str
    title_zh: str
    act: Act
    played: Callable[[Stage], bool] = lambda stage: False


def prove(true: object, otherwise_zh: str) -> None:
    """Go on when `true`, else raise NotProved with what was seen."""
    if not true:
        raise NotProved(otherwise_zh)
