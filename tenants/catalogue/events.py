"""What others may hear about the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.events.bus import Event


@dataclass(frozen=True)
class ItemPublished(Event):
    """A revision was approved: published, removed or given back. It takes effect at its `effective_from`, which may lie ahead."""

    code: str
    revision_id: UUID
    number: int
    state: str
