"""One finding: good, wrong, or not verified. A check that could not run is never good."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    """How a check came out."""

    GOOD = "正常"
    WRONG = "异常"
    UNVERIFIED = "未核实"


@dataclass(frozen=True)
class Finding:
    """`what` was looked at, how it came out, and what to do when it is not good."""

    what: str
    result: Result
    words: str = ""

    @property
    def good(self) -> bool:
        """Whether nothing needs to be done."""
        return self.result is Result.GOOD

    @property
    def line(self) -> str:
        """One line for the terminal."""
        mark = {Result.GOOD: "✓", Result.WRONG: "✗", Result.UNVERIFIED: "？"}[self.result]
        return f"{mark} {self.what}" + (f"：{self.words}" if self.words else "")


def good(what: str, words: str = "") -> Finding:
    """Nothing to do."""
    return Finding(what, Result.GOOD, words)


def wrong(what: str, words: str) -> Finding:
    """Something to do."""
    return Finding(what, Result.WRONG, words)


def unverified(what: str, words: str) -> Finding:
    """The check could not run."""
    return Finding(what, Result.UNVERIFIED, words)
