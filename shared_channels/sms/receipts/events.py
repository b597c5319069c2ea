"""What others learn of a message's end."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.events.bus import Event


@dataclass(frozen=True)
class MessageFinished(Event):
    """A message that somebody asked for (`origin`) reached its final state; it runs in the payer's tenant. Read the message for it."""

    message_id: UUID
