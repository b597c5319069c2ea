"""A body's indicators were computed and are ready to be handed up."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.events import Event


@dataclass(frozen=True)
class IndicatorsHandedUp(Event):
    """Results only: `rows` is [[code, version, source_hash, amount or None, sample, first, last, synthetic], …]; days are ISO."""

    province_id: UUID
    subject_id: UUID
    computed_at: str
    rows: list[list[object]]
