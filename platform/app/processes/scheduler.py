"""`gjj scheduler`: stores what the clock makes due. The relay and the workers carry it out."""

from __future__ import annotations

from collections.abc import Callable

from app.schedule.firing import Firing

EVERY_S = 1.0


def scheduler_step(firing: Firing) -> Callable[[], float]:
    """One look at the clock."""

    def step() -> float:
        firing.fire()
        return EVERY_S

    return step
