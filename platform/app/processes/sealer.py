"""`gjj sealer`: signs a checkpoint over all audit chains within a second of a change (rule R10)."""

from __future__ import annotations

from collections.abc import Callable

from kernel.audit.sealer import AT_MOST_EVERY_S, LOOK_S, Sealer


def sealer_step(sealer: Sealer) -> Callable[[], float]:
    """One look at the chains; the loop around it is patient."""

    def step() -> float:
        return LOOK_S if sealer.round() is None else AT_MOST_EVERY_S

    return step
