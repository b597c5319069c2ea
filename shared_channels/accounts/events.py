"""What happened to accounts."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.events.bus import Event


@dataclass(frozen=True)
class AccountBound(Event):
    """An account was bound to a depositor or employer of the centre. The province keeps the list of an account's centres."""

    province_id: UUID
    centre_id: UUID
    binding_id: UUID
    account_id: UUID
    kind: str


@dataclass(frozen=True)
class BindingEnded(Event):
    """A binding of the centre came to its end."""

    province_id: UUID
    centre_id: UUID
    binding_id: UUID
    account_id: UUID
