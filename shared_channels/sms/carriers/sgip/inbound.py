"""What a gateway sends to a provider, on the provider's own link or on the gateway's connection back."""

from __future__ import annotations

from datetime import UTC, datetime

from shared_channels.sms.carriers import text, udh
from shared_channels.sms.carriers.codes.reports import sgip_fate
from shared_channels.sms.carriers.dialect import Bye, ByeAnswer, Delivery, Incoming, Other
from shared_channels.sms.carriers.fields import plain_phone
from shared_channels.sms.carriers.ports import MoMessage, Report
from shared_channels.sms.carriers.sgip import pdus, wire

_OK = pdus.Result(0).pack()


def read_inbound(command: int, sequence: bytes, body: bytes, link: str) -> Incoming:
    """Meaning of a request of the gateway. Raises FrameError when it is shorter than its fixed fields."""
    if command == wire.REPORT:
        reply = wire.frame(wire.REPORT_RESP, sequence, _OK)
        return Delivery(reply, (sequence, body), _report(pdus.Report.read(body), link), None)
    if command == wire.DELIVER:
        reply = wire.frame(wire.DELIVER_RESP, sequence, _OK)
        return Delivery(reply, (sequence, body), None, _mo(pdus.Deliver.read(body), sequence, link))
    if command == wire.UNBIND:
        return Bye(wire.frame(wire.UNBIND_RESP, sequence))
    if command == wire.UNBIND_RESP:
        return ByeAnswer()
    if command == wire.USERRPT:
        return Other("网关发来用户状态通知", wire.frame(wire.USERRPT_RESP, sequence, _OK))
    return Other(f"网关发来不使用的命令 0x{command:08x}", b"")


def _report(told: pdus.Report, link: str) -> Report:
    meaning = sgip_fate(told.state, told.error)
    return Report(
        carrier_id=wire.id_text(told.submit),
        phone=plain_phone(told.phone),
        state=meaning.state,
        code=str(told.state),
        words=meaning.words,
        link=link,
        received_at=datetime.now(UTC),
        category=meaning.category,
        error_code=str(told.error),
    )


def _mo(told: pdus.Deliver, sequence: bytes, link: str) -> MoMessage:
    part, content = udh.read(told.content) if told.udhi & 0x41 else (None, told.content)
    return MoMessage(
        carrier_id=wire.id_text(sequence),
        phone=plain_phone(told.phone),
        to=told.destination,
        text=text.read(content, told.coding, text.Alphabet.ASCII),
        link=link,
        received_at=datetime.now(UTC),
        part=part,
        message_format=told.coding,
        content=content,
    )
