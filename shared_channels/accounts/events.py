"""What happened to accounts."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.events.bus import Event


@dataclass(frozen=True)
class AccountBound(Event):
    """An account was bound to a depositor or employer of the centre in which this was published."""

    binding_id: UUID
    account_id: UUID


@dataclass(frozen=True)
class BindingEnded(Event):
    """A binding of the centre in which this was published came to its end."""

    binding_id: UUID
    account_id: UUID
