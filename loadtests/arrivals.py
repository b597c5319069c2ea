"""When whose operation should start: an open loop. People do not wait for each other, so a slow answer never thins out the arrivals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random


@dataclass(frozen=True)
class Arrival:
    """`at`: seconds after the start of the run at which this operation is meant to begin."""

    at: float
    operation: str
    tenant: str


@dataclass(frozen=True)
class Share:
    """How often something is drawn, relative to the others."""

    name: str
    weight: float


def arrivals(
    rate: float, seconds: float, operations: Sequence[Share], tenants: Sequence[Share], seed: int
) -> Iterator[Arrival]:
    """Poisson arrivals of `rate` a second for so long; the same seed gives the same run.

    Raises ValueError for a rate or time that is not above zero, and for an empty choice.
    """
    if rate <= 0 or seconds <= 0:
        raise ValueError("rate and seconds must be above zero")
    if not operations or not tenants:
        raise ValueError("nothing to draw from")
    draw = Random(seed)
    at = draw.expovariate(rate)
    while at < seconds:
        yield Arrival(at, _one(draw, operations), _one(draw, tenants))
        at += draw.expovariate(rate)


def _one(draw: Random, shares: Sequence[Share]) -> str:
    return draw.choices([share.name for share in shares], [share.weight for share in shares])[0]
