"""The store behind the gateway's door: one connection for claims, one for records, one for upkeep, one that listens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from kernel.db.gateway_door import DoorAway, GatewayDoor, GatewayLine, as_json
from shared_channels.sms.dispatch.ports import Away

CHANNEL = "gjj_sms"
LASTING = ("21", "22", "23", "42", "?")


@dataclass
class PostgresStore:
    """See `ports.Store`."""

    door: GatewayDoor
    _claims: GatewayLine = field(init=False)
    _records: GatewayLine = field(init=False)
    _upkeep: GatewayLine = field(init=False)
    _ear: GatewayLine = field(init=False)

    def __post_init__(self) -> None:
        self._claims, self._records = self.door.line("claims"), self.door.line("records")
        self._upkeep, self._ear = self.door.line("upkeep"), self.door.line("ear")

    async def claim(
        self, link: str, slots: int, policy: int, lease_s: float, token: UUID
    ) -> Sequence[tuple[Any, ...]]:
        return await _ask(self._claims, "sms_claim", link, slots, policy, lease_s, token)

    async def record(self, answers: list[Any], late: list[Any], reports: list[Any]) -> int:
        rows = await _ask(self._records, "sms_record", as_json(answers), as_json(late), as_json(reports))
        return int(rows[0][0])

    async def renew(self, token: UUID, lease_s: float) -> int:
        return int((await _ask(self._upkeep, "sms_renew", token, lease_s))[0][0])

    async def let_go(self, token: UUID, held: Sequence[UUID]) -> int:
        return int((await _ask(self._claims, "sms_let_go", token, list(held)))[0][0])

    async def sweep(self, limit: int, doubt_s: float, resend: Sequence[str]) -> int:
        return int((await _ask(self._upkeep, "sms_sweep", limit, doubt_s, list(resend)))[0][0])

    async def overdue(self, limit: int, hours: float) -> int:
        return int((await _ask(self._upkeep, "sms_overdue", limit, hours))[0][0] or 0)

    async def match_early(self, limit: int) -> int:
        return int((await _ask(self._upkeep, "sms_match_early", limit))[0][0] or 0)

    async def beat(self, gateway: UUID, lines: list[Any]) -> None:
        await _ask(self._upkeep, "sms_link_beat", gateway, as_json(lines))

    async def uplink_holder(self, sent_to: str) -> UUID:
        return UUID(str((await _ask(self._upkeep, "sms_uplink_holder", sent_to))[0][0]))

    async def put_uplink(self, of: UUID, row: dict[str, Any]) -> bool:
        return bool((await _ask(self._upkeep, "sms_uplink_put", of, as_json(row)))[0][0])

    async def rung(self, seconds: float) -> bool:
        try:
            return await self._ear.notified(CHANNEL, seconds)
        except DoorAway as away:
            raise Away(away.state) from None


async def _ask(line: GatewayLine, function: str, *values: object) -> list[tuple[Any, ...]]:
    try:
        return await line.call(function, *values)
    except DoorAway as away:
        raise Away(away.state, lasting=away.state[:2] in LASTING) from None
