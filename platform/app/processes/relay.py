"""`gjj relay`: leases what is due and rings the workers. The only clock of the queue (rules R5, R6)."""

from __future__ import annotations

from collections.abc import Callable

from kernel.db import Database
from kernel.jobs.bell import Bell
from kernel.jobs.relay import sweep

IDLE_S = 0.2


def relay_step(database: Database, bell: Bell) -> Callable[[], float]:
    """One sweep; the next follows at once while there is work."""

    def step() -> float:
        # A lease that can't be rung costs an attempt: ask first whether the broker is there.
        bell.broker.client.ping()
        return 0.0 if sweep(database, bell.ring) else IDLE_S

    return step
