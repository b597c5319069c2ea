"""Makes a link from its settings: the only place that knows which protocol is which class."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from shared_channels.sms.carriers.cmpp.client import CmppClient
from shared_channels.sms.carriers.dialect import Dialect
from shared_channels.sms.carriers.link.link import Link
from shared_channels.sms.carriers.link.reverse import ReverseListener
from shared_channels.sms.carriers.ports import CarrierLink, LinkHandlers
from shared_channels.sms.carriers.settings import LinkSettings, ProtocolName
from shared_channels.sms.carriers.sgip.client import SgipClient
from shared_channels.sms.carriers.sgip.wire import SequenceMaker
from shared_channels.sms.carriers.smgp.client import SmgpClient
from shared_channels.sms.carriers.smpp.client import SmppClient


def open_link(settings: LinkSettings, handlers: LinkHandlers, random: Random | None = None) -> CarrierLink:
    """A link that is not started yet. Call it inside a running event loop. Raises FieldError for settings that do not fit
    the protocol's fields."""
    if settings.protocol is ProtocolName.SGIP12:
        return SgipLink(settings, handlers, random)
    return Link(settings, handlers, _dialect(settings), random)


def _dialect(settings: LinkSettings) -> Callable[[], Dialect]:
    if settings.protocol is ProtocolName.SMGP30:
        return lambda: SmgpClient(settings)
    if settings.protocol is ProtocolName.SMPP34:
        return lambda: SmppClient(settings)
    return lambda: CmppClient(settings)


class SgipLink(Link):
    """SGIP: besides its own connection it listens for the gateway's, when ``listen_port`` is set (-1: any free port)."""

    def __init__(self, settings: LinkSettings, handlers: LinkHandlers, random: Random | None = None) -> None:
        sequence = SequenceMaker(settings.node_id)
        super().__init__(settings, handlers, lambda: SgipClient(settings, sequence), random)
        self.listener = ReverseListener(settings, self.intake, self.journal) if settings.listen_port else None

    async def start(self) -> None:
        if self.listener is not None:
            await self.listener.start()
        await super().start()

    async def stop(self, *, grace_s: float = 5.0) -> None:
        await super().stop(grace_s=grace_s)
        if self.listener is not None:
            await self.listener.stop()
