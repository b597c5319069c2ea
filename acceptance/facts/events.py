"""A month of a centre is ready to be handed up."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.events import Event


@dataclass(frozen=True)
class MonthHandedUp(Event):
    """Sums only: `cells` is [[measure, channel, value, origin], …]; `month` is its first day (ISO)."""

    province_id: UUID
    subject_id: UUID
    month: str
    cells: list[list[object]]
