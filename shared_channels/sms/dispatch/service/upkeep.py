"""What goes on beside claiming: leases are renewed, old ones end, waiting for reports ends, lines say how they are."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from uuid import UUID

import structlog

from shared_channels.sms.dispatch.policy import DispatchSettings
from shared_channels.sms.dispatch.ports import Away, Store
from shared_channels.sms.dispatch.service.line import Line
from shared_channels.sms.dispatch.service.scheduler import Scheduler

log = structlog.get_logger("gjj.dispatch")

SWEEP_MOST = 1000
EAR_S = 1.0


class Upkeep:
    """Loops that outlive the database's absence."""

    def __init__(
        self, store: Store, lines: Sequence[Line], token: UUID, rules: DispatchSettings, scheduler: Scheduler
    ) -> None:
        self._store = store
        self._lines = lines
        self._token = token
        self._rules = rules
        self._scheduler = scheduler

    def loops(self) -> list[Awaitable[None]]:
        """One coroutine each, until cancelled."""
        rules = self._rules
        return [
            self._listen(),
            self._every(rules.lease_s / 3, self._renew),
            self._every(rules.sweep_s, self._sweep),
            self._every(rules.overdue_s, self._overdue),
            self._every(rules.beat_s, self.beat),
        ]

    async def _listen(self) -> None:
        while True:
            try:
                if await self._store.rung(EAR_S):
                    self._scheduler.ring()
            except Away:
                await asyncio.sleep(self._rules.poll_s)

    async def _every(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        away = False
        while True:
            try:
                await act()
                away = False
            except Away as error:
                if not away:
                    log.warning("upkeep waits", state=error.state, act=act.__name__)
                away = True
            await asyncio.sleep(seconds)

    async def _renew(self) -> None:
        if self._scheduler.held:
            await self._store.renew(self._token, self._rules.lease_s)

    async def _sweep(self) -> None:
        safe = [line.name for line in self._lines if line.repeat_is_safe]
        if await self._store.sweep(SWEEP_MOST, self._rules.doubt_s, safe):
            self._scheduler.ring()
        await self._store.match_early(SWEEP_MOST)

    async def _overdue(self) -> None:
        await self._store.overdue(SWEEP_MOST, self._rules.report_hours)

    async def beat(self) -> None:
        """Tell the console how the lines are."""
        await self._store.beat(self._token, [asdict(line.beat()) for line in self._lines])
