"""The SGIP carrier's connection back to the provider."""

from __future__ import annotations

import asyncio

from shared_channels.sms.carriers.gateway import Answered, Gateway
from shared_channels.sms.carriers.loopback.session import Host, Session
from shared_channels.sms.carriers.sgip.gateway import SgipGateway

_PAUSE_S = 0.1
_TRIES = 50


class BackSession(Session):
    """Logs in with type 2 and then brings what waits."""

    def __init__(self, carrier: Host, gateway: SgipGateway) -> None:
        super().__init__(carrier, gateway)
        self._sgip = gateway
        self.bound: asyncio.Future[bool] = self._loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.send(self._sgip.bind_back(self._sgip.account, self._sgip.secret))

    def _answered(self, answered: Answered) -> None:
        if not self.bound.done():
            self.bound.set_result(answered.code == 0)
            self.logged_in = answered.code == 0
            if self.logged_in:
                self.carrier.bring_waiting()
            return
        super()._answered(answered)


async def call_back(carrier: Host, gateway: Gateway) -> None:
    """Connects to the provider, trying for a few seconds."""
    assert isinstance(gateway, SgipGateway)
    host, _, port = carrier.mood.reverse.rpartition(":")
    loop = asyncio.get_running_loop()
    for _ in range(_TRIES):
        try:
            await loop.create_connection(lambda: BackSession(carrier, gateway), host, int(port))
        except OSError:
            await asyncio.sleep(_PAUSE_S)
        else:
            return
