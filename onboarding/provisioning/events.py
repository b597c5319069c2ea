"""What upper rooms may want to know."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.events.bus import Event


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
