"""Makes a loopback carrier for a protocol."""

from __future__ import annotations

from collections.abc import Callable

from shared_channels.sms.carriers.cmpp.gateway import CmppGateway
from shared_channels.sms.carriers.cmpp.wire import V20, V30
from shared_channels.sms.carriers.gateway import Gateway
from shared_channels.sms.carriers.loopback.carrier import LoopbackCarrier
from shared_channels.sms.carriers.loopback.moods import Mood
from shared_channels.sms.carriers.settings import IdForm, ProtocolName
from shared_channels.sms.carriers.sgip.gateway import SgipGateway
from shared_channels.sms.carriers.smgp.gateway import SmgpGateway
from shared_channels.sms.carriers.smpp.gateway import SmppGateway


def loopback(protocol: str, account: str, secret: str, mood: Mood | None = None) -> LoopbackCarrier:
    """A carrier that is not started yet. Raises ValueError for an unknown protocol."""
    mood = mood or Mood()
    return LoopbackCarrier(_gateway(ProtocolName(protocol), account, secret, mood), mood)


def _gateway(protocol: ProtocolName, account: str, secret: str, mood: Mood) -> Callable[[], Gateway]:
    if protocol is ProtocolName.SMGP30:
        return lambda: SmgpGateway(account, secret)
    if protocol is ProtocolName.SGIP12:
        return lambda: SgipGateway(account, secret)
    if protocol is ProtocolName.SMPP34:
        return lambda: SmppGateway(account, secret, IdForm(mood.smpp_ids))
    version = V20 if protocol is ProtocolName.CMPP20 else V30
    return lambda: CmppGateway(account, secret, version, mood.report_phone_size)
