"""The sender's side (ESME) of SMPP."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import UTC, datetime

from shared_channels.sms.carriers import text, udh
from shared_channels.sms.carriers.codes import smpp as codes
from shared_channels.sms.carriers.codes.reports import fate
from shared_channels.sms.carriers.codes.words import Word, look_up
from shared_channels.sms.carriers.dialect import (
    Bye,
    ByeAnswer,
    Delivery,
    Dialect,
    Incoming,
    LoginAnswer,
    Other,
    Ping,
    Pong,
    Segment,
    SubmitAnswer,
)
from shared_channels.sms.carriers.fields import absolute_time, minute_of, plain_phone
from shared_channels.sms.carriers.ports import MoMessage, OutgoingMessage, Part, Report
from shared_channels.sms.carriers.sequence import Sequence
from shared_channels.sms.carriers.settings import Direction, LinkSettings, LongForm, ReportWish
from shared_channels.sms.carriers.smpp import pdus, wire
from shared_channels.sms.carriers.smpp.receipts import Receipt, answer_id, receipt_id

_BINDS = {
    Direction.SEND: wire.BIND_TRANSMITTER,
    Direction.RECEIVE: wire.BIND_RECEIVER,
    Direction.BOTH: wire.BIND_TRANSCEIVER,
}
_BIND_ANSWERS = frozenset(wire.RESP | command for command in _BINDS.values())
_REGISTERED = {ReportWish.ALWAYS: 1, ReportWish.FAILURE: 2, ReportWish.NEVER: 0}


class SmppClient(Dialect):
    """One connection."""

    header = 16
    alphabet = text.Alphabet.GSM7
    throttle = codes.THROTTLE

    def __init__(self, settings: LinkSettings) -> None:
        super().__init__(settings)
        self._sequence = Sequence(last=0x7FFFFFFF)
        self._pings: set[int] = set()

    def login(self) -> bytes:
        settings = self.settings
        bind = pdus.Bind(settings.account, settings.secret, settings.system_type)
        return wire.frame(_BINDS[settings.direction], 0, self._sequence(), bind.pack())

    def segments(self, message: OutgoingMessage, concat: int) -> list[Segment]:
        """By header as in the other protocols, by SAR options, or as one payload."""
        made = super().segments(message, concat)
        if len(made) == 1 or self.settings.long_form is LongForm.UDH:
            return made
        bare = [segment._replace(content=segment.content[6:], has_header=False) for segment in made]
        if self.settings.long_form is LongForm.SAR:
            return bare
        whole = b"".join(segment.content for segment in bare)
        return [bare[0]._replace(content=whole, total=1)]

    def submit(self, segment: Segment) -> tuple[Hashable, bytes]:
        settings, content = self.settings, segment.content
        options: dict[int, bytes] = {}
        if segment.total > 1 and not segment.has_header:
            options[wire.SAR_REFERENCE] = (segment.concat & 0xFFFF).to_bytes(2, "big")
            options[wire.SAR_TOTAL] = bytes((segment.total,))
            options[wire.SAR_NUMBER] = bytes((segment.number,))
        if len(content) > 254:
            options[wire.MESSAGE_PAYLOAD], content = content, b""
        if segment.token:
            options[wire.REFERENCE_TOKEN] = segment.token.encode()
        message = pdus.ShortMessage(
            source=segment.source,
            destination=segment.phone,
            content=content,
            service_type=settings.service_id,
            source_ton=settings.source_ton,
            source_npi=settings.source_npi,
            dest_ton=settings.dest_ton,
            dest_npi=settings.dest_npi,
            esm_class=wire.UDHI if segment.has_header else 0,
            validity=absolute_time(segment.valid_until),
            registered=_REGISTERED[settings.report],
            data_coding=segment.message_format,
            options=options,
        )
        sequence = self._sequence()
        return sequence, wire.frame(wire.SUBMIT_SM, 0, sequence, message.pack())

    def ping(self) -> bytes:
        sequence = self._sequence()
        self._pings.add(sequence)
        return wire.frame(wire.ENQUIRE_LINK, 0, sequence)

    def bye(self) -> bytes:
        return wire.frame(wire.UNBIND, 0, self._sequence())

    def verdict(self, code: int) -> Word:
        return look_up(codes.STATUS, code)

    def read(self, frame: bytes) -> Incoming:
        _, command, status, sequence = wire.HEADER.unpack_from(frame)
        if command == wire.SUBMIT_SM | wire.RESP:
            return self._submit_answer(sequence, status, frame[16:])
        if command in (wire.DELIVER_SM, wire.DATA_SM):
            return self._delivery(command, sequence, frame[16:])
        if command in _BIND_ANSWERS:
            word = Word("登录成功", None) if status == 0 else look_up(codes.STATUS, status)
            return LoginAnswer(status, word, None, ())
        return self._small(command, status, sequence)

    def _small(self, command: int, status: int, sequence: int) -> Incoming:
        if command == wire.ENQUIRE_LINK:
            return Ping(wire.frame(wire.ENQUIRE_LINK | wire.RESP, 0, sequence))
        if command == wire.ENQUIRE_LINK | wire.RESP or (
            command == wire.GENERIC_NACK and sequence in self._pings
        ):
            self._pings.discard(sequence)
            return Pong()
        if command == wire.UNBIND:
            return Bye(wire.frame(wire.UNBIND | wire.RESP, 0, sequence))
        if command == wire.UNBIND | wire.RESP:
            return ByeAnswer()
        if command == wire.GENERIC_NACK:
            return SubmitAnswer(sequence, status or codes.INVALID_COMMAND, "")
        refusal = (
            b"" if command & wire.RESP else wire.frame(wire.GENERIC_NACK, codes.INVALID_COMMAND, sequence)
        )
        return Other(f"网关发来不使用的命令 0x{command:08x}", refusal)

    def _submit_answer(self, sequence: int, status: int, body: bytes) -> SubmitAnswer:
        if status:
            return SubmitAnswer(sequence, status, "")
        return SubmitAnswer(sequence, 0, answer_id(pdus.Named.read(body).name, self.settings.id_form))

    def _delivery(self, command: int, sequence: int, body: bytes) -> Incoming:
        if command == wire.DATA_SM:
            return Other(
                "网关用 data_sm 投递，本线路不接收",
                wire.frame(wire.GENERIC_NACK, codes.INVALID_COMMAND, sequence),
            )
        message = pdus.ShortMessage.read(body)
        reply = wire.frame(wire.DELIVER_SM | wire.RESP, 0, sequence, b"\0")
        now = datetime.now(UTC)
        content = message.options.get(wire.MESSAGE_PAYLOAD) or message.content
        if message.esm_class & 0x3C in wire.RECEIPTS or wire.RECEIPTED_MESSAGE_ID in message.options:
            return Delivery(reply, (sequence, body), self._report(message, content, now), None)
        return Delivery(reply, (sequence, body), None, self._mo(message, content, sequence, now))

    def _mo(self, message: pdus.ShortMessage, content: bytes, sequence: int, now: datetime) -> MoMessage:
        part, content = (
            udh.read(content) if message.esm_class & wire.UDHI else (_sar(message.options), content)
        )
        return MoMessage(
            carrier_id=f"{now:%Y%m%d%H%M%S}-{sequence}",
            phone=plain_phone(message.source),
            to=message.destination,
            text=text.read(content, message.data_coding, self.alphabet),
            link=self.settings.name,
            received_at=now,
            part=part,
            message_format=message.data_coding,
            content=content,
        )

    def _report(self, message: pdus.ShortMessage, content: bytes, now: datetime) -> Report:
        told = Receipt.read(content, message.options)
        meaning = fate(told.state)
        return Report(
            carrier_id=receipt_id(told.message_id, self.settings.id_form),
            phone=plain_phone(message.source),
            state=meaning.state,
            code=told.state,
            words=meaning.words,
            link=self.settings.name,
            received_at=now,
            category=meaning.category,
            error_code=told.error,
            source=message.destination,
            submitted_at=minute_of(told.submitted),
            done_at=minute_of(told.done),
        )


def _sar(options: dict[int, bytes]) -> Part | None:
    if not {wire.SAR_REFERENCE, wire.SAR_TOTAL, wire.SAR_NUMBER} <= options.keys():
        return None
    reference, total, number = (
        int.from_bytes(options[tag], "big") for tag in (wire.SAR_REFERENCE, wire.SAR_TOTAL, wire.SAR_NUMBER)
    )
    return Part(reference, total, number) if 0 < number <= total else None
