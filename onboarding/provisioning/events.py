"""What upper rooms may want to know."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.events.bus import Event


@dataclass(frozen=True)
class ProvinceSettled(Event):
    """The installation got its province: rooms lay down what a province starts with. Published in the province."""

    province_id: UUID


@dataclass(frozen=True)
class CityJoined(Event):
    """A manifest was carried out to the end. Published in the province."""

    run_id: UUID
    code: str


@dataclass(frozen=True)
class CityUndone(Event):
    """A city that never went into use was removed. Published in the province."""

    run_id: UUID
    code: str
