"""Takes an uplink message in: finds whose number it went to, seals it with that tenant's keys, stores it once."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, Protocol
from uuid import UUID

import structlog

from kernel.crypto.blind_index import IndexedField
from kernel.crypto.errors import KeyMissing
from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import Secret
from kernel.db.ids import uuid7
from kernel.vault import TenantVault
from shared_channels.sms.carriers.ports import MoMessage
from shared_channels.sms.carriers.udh import MoJoiner
from shared_channels.sms.replies.policy import Meaning, meaning_of

log = structlog.get_logger("gjj.replies")

TABLE = "sms_uplink"
ANYBODY = ""
"""No number is empty: the province answers for what nobody else has."""


class UplinkStore(Protocol):
    """The part of the gateway's store that uplink messages need."""

    async def uplink_holder(self, sent_to: str) -> UUID: ...
    async def put_uplink(self, of: UUID, row: dict[str, Any]) -> bool: ...


class UplinkKeys(Protocol):
    """Keys of any tenant."""

    async def of(self, tenant_id: UUID) -> TenantVault: ...


class Replies:
    """One for each gateway: parts of long messages meet here."""

    def __init__(self, store: UplinkStore, keys: UplinkKeys) -> None:
        self._store = store
        self._keys = keys
        self._joiner = MoJoiner()

    async def take(self, part: MoMessage, account: str) -> None:
        """Stores it before the carrier is answered. Raises Away: then the carrier brings it again."""
        whole = self._joiner.add(part)
        if whole is None:
            return
        province = await self._store.uplink_holder(ANYBODY)
        holder = await self._store.uplink_holder(whole.to)
        meaning = meaning_of(whole.text)
        wanted = {holder, province} if meaning is Meaning.OPT_OUT else {holder}
        for tenant_id in wanted:
            await self._put(tenant_id, whole, account, meaning, province)

    async def _put(
        self, tenant_id: UUID, message: MoMessage, account: str, meaning: Meaning, province: UUID
    ) -> None:
        try:
            vault = await self._keys.of(tenant_id)
        except KeyMissing:
            if tenant_id == province:
                log.error("uplink message without keys", link=message.link)
                return
            await self._put(province, message, account, meaning, province)
            return
        await self._store.put_uplink(tenant_id, _row(vault, message, account, meaning))


def _row(vault: TenantVault, message: MoMessage, account: str, meaning: Meaning) -> dict[str, Any]:
    new, phone = uuid7(), Secret(message.phone.removeprefix("+").removeprefix("86"), MaskKind.PHONE)
    return {
        "id": str(new),
        "link": message.link,
        "account": account,
        "carrier_id": message.carrier_id or str(new),
        "sent_to": message.to,
        "phone": b64encode(vault.seal(TABLE, "phone", new, phone)).decode(),
        "phone_index": b64encode(vault.index(IndexedField.PHONE, phone)).decode(),
        "text": b64encode(vault.seal(TABLE, "text", new, Secret(message.text[:1000]))).decode(),
        "received_at": message.received_at.isoformat(),
        "meaning": str(meaning),
    }
