"""Collects what the rooms want by the clock: `SCHEDULE` in a feature's `jobs.py`, lines of (job, rhythm, place).

Place is `tenants` (in every tenant) or `province`. The job gets `{"slot": "2026-11-24T18:10Z"}`.
"""

from __future__ import annotations

from dataclasses import dataclass

from app import rooms
from app.schedule import tidying
from app.schedule.slots import Rhythm
from kernel.jobs.registry import jobs

PLACES = ("tenants", "province")


@dataclass(frozen=True)
class Recurring:
    """One job that recurs."""

    job: str
    rhythm: Rhythm
    place: str

    @property
    def prefix(self) -> str:
        """How the keys of its slots begin in `job_key`."""
        return f"{self.job}:slot:"


def plan() -> tuple[Recurring, ...]:
    """Everything that recurs, lower rooms first. An unknown job or place is a defect and raises."""
    rooms.load()
    found = []
    for module in (*rooms.modules("jobs"), tidying):
        for name, rhythm, place in getattr(module, "SCHEDULE", ()):
            if name not in jobs or place not in PLACES:
                raise ValueError(f"{module.__name__}: {name} / {place}")
            found.append(Recurring(name, Rhythm.named(rhythm), place))
    return tuple(found)
