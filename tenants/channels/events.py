"""What happened to channels."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.events import Event


@dataclass(frozen=True)
class ChannelSwitched(Event):
    """A channel, or one item on it, was opened or stopped by an approved change."""

    tenant_id: UUID
    channel: str
    item_code: str
    open: bool


@dataclass(frozen=True)
class EmergencyStopDeclared(Event):
    """One person stopped a channel in an emergency."""

    tenant_id: UUID
    stop_id: UUID
    channel: str
