"""One line a goal: its name, what was measured, floor and goal; and the interleaving that makes a ratio fair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True)
class Goal:
    """`floor` must be met; `goal` is what we aim at. `unit` stands behind the numbers, empty for a ratio."""

    name: str
    floor: float
    goal: float
    unit: str = ""


@dataclass(frozen=True)
class Result:
    """A measured value against its goal, with the lowest and highest round."""

    goal: Goal
    value: float
    lowest: float
    highest: float
    detail: str = ""

    @property
    def kept(self) -> bool:
        """Whether the floor is met."""
        return self.value >= self.goal.floor

    def line(self) -> str:
        """The goal's name first; `below floor` when it is missed."""
        unit = f" {self.goal.unit}" if self.goal.unit else ""
        values = f"{self.value:,.2f}{unit} [{self.lowest:,.2f}–{self.highest:,.2f}]"
        bounds = f"floor {self.goal.floor:,.2f}, goal {self.goal.goal:,.2f}"
        return f"{self.goal.name}: {values} ({bounds}){'' if self.kept else ' below floor'} {self.detail}".rstrip()


def ratio(goal: Goal, ours: Callable[[], int], other: Callable[[], int], rounds: int = 5) -> Result:
    """Our rate over the other's, measured A/B/A in each round. Each function does work once and says how many units."""
    found: list[float] = []
    best_ours, best_other = 0.0, 0.0
    ours(), other()  # warm
    for _ in range(rounds):
        before, mine, after = _rate(other), _rate(ours), _rate(other)
        found.append(mine / ((before + after) / 2))
        best_ours, best_other = max(best_ours, mine), max(best_other, before, after)
    detail = f"ours {best_ours:,.0f}/s, other {best_other:,.0f}/s, best rounds"
    return Result(goal, median(found), min(found), max(found), detail)


def rate(goal: Goal, ours: Callable[[], int], rounds: int = 5) -> Result:
    """A plain rate, for goals that are stated as one."""
    ours()
    found = [_rate(ours) for _ in range(rounds)]
    return Result(goal, median(found), min(found), max(found))


def _rate(work: Callable[[], int]) -> float:
    begin = perf_counter()
    units = work()
    return units / (perf_counter() - begin)
