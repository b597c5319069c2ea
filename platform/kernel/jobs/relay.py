"""Hands due work to the workers: leases rows, then rings the broker with ids. A lost ring costs one lease, never the work."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

from sqlalchemy import text

from kernel.db import Database

LEASE_S = 15
_DUE = text("select k.outbox_due_tenants(:limit)")
_CLAIM = text("select id from k.outbox_claim(:tenant, :limit, :lease, :token)")

Ring = Callable[[UUID, UUID, UUID], None]


def sweep(database: Database, ring: Ring, *, tenants: int = 200, batch: int = 50) -> int:
    """Lease what is due, tenant by tenant, and ring for each row. Returns how many were handed on."""
    with database.process_tx() as connection:
        due: list[UUID] = list(connection.execute(_DUE, {"limit": tenants}).scalars())
    handed = 0
    for tenant_id in due:
        token = uuid4()
        with database.process_tx() as connection:
            values = {"tenant": tenant_id, "limit": batch, "lease": LEASE_S, "token": token}
            claimed: list[UUID] = list(connection.execute(_CLAIM, values).scalars())
        for event_id in claimed:
            ring(tenant_id, event_id, token)
        handed += len(claimed)
    return handed
