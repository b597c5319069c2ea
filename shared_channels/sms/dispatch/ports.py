"""What the engine needs: a store behind the gateway's door, and the keys of tenants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from kernel.vault import TenantVault


class Away(Exception):
    """The store did not answer. `lasting`: asking again with the same values will fail the same way."""

    def __init__(self, state: str = "", *, lasting: bool = False) -> None:
        super().__init__(state)
        self.state = state
        self.lasting = lasting


class Store(Protocol):
    """The queue. Every call may raise Away, and may then have taken effect; every call may be repeated."""

    async def claim(
        self, link: str, slots: int, policy: int, lease_s: float, token: UUID
    ) -> Sequence[tuple[Any, ...]]:
        """Rows in the order of `schemas.Claimed`."""

    async def record(self, answers: list[Any], late: list[Any], reports: list[Any]) -> int:
        """One batch in one transaction. Returns the messages that became final."""

    async def renew(self, token: UUID, lease_s: float) -> int:
        """Rows that we still hold."""

    async def let_go(self, token: UUID, held: Sequence[UUID]) -> int:
        """Frees what the queue thinks we hold and we don't."""

    async def sweep(self, limit: int, doubt_s: float, resend: Sequence[str]) -> int:
        """Ends leases and doubts whose time has come. Returns the rows that are free now."""

    async def overdue(self, limit: int, hours: float) -> int:
        """Ends waiting for reports."""

    async def match_early(self, limit: int) -> int:
        """Applies reports that crossed with their answer."""

    async def beat(self, gateway: UUID, lines: list[Any]) -> None:
        """What the lines say of themselves."""

    async def uplink_holder(self, sent_to: str) -> UUID:
        """Whose number it is."""

    async def put_uplink(self, of: UUID, row: dict[str, Any]) -> bool:
        """Stores an uplink message; False when it was there."""

    async def rung(self, seconds: float) -> bool:
        """Whether messages came in within that time."""


class Keys(Protocol):
    """Opens and seals the fields of any tenant."""

    async def of(self, tenant_id: UUID) -> TenantVault:
        """That tenant's keys. Raises KeyMissing, Away."""
