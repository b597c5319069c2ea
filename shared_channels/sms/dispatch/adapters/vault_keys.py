"""Keys of tenants for the gateway: the vault asks the database in a thread, seldom; everything else is memory."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from kernel.crypto.errors import KeyMissing
from kernel.db import Database
from kernel.vault import TenantVault, Vault
from shared_channels.sms.dispatch.ports import Away

KEEP_S = 120.0


@dataclass
class VaultKeys:
    """See `ports.Keys`."""

    database: Database
    _kept: dict[UUID, tuple[float, TenantVault]] = field(default_factory=dict, repr=False)

    async def of(self, tenant_id: UUID) -> TenantVault:
        kept = self._kept.get(tenant_id)
        if kept is not None and kept[0] > monotonic():
            return kept[1]
        try:
            found = await asyncio.to_thread(self._fetch, tenant_id)
        except SQLAlchemyError:
            if kept is not None:
                return kept[1]  # the database is away: what we know still fits
            raise Away from None
        self._kept[tenant_id] = (monotonic() + KEEP_S, found)
        return found

    def _fetch(self, tenant_id: UUID) -> TenantVault:
        vault = self.database.vault
        if not isinstance(vault, Vault):
            raise KeyMissing("短信网关没有密钥，不能读取短信。")
        with self.database.process_tx() as connection:
            return vault.of_any(connection, tenant_id)
