"""What others must know of plans."""

from __future__ import annotations

from dataclasses import dataclass

from kernel.events import Event


@dataclass(frozen=True)
class PlanChanged(Event):
    """The plan of a year has a new revision."""

    year: int
