"""The service provider's side of SMGP."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import UTC, datetime

from shared_channels.sms.carriers import text, udh
from shared_channels.sms.carriers.codes import smgp as codes
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
from shared_channels.sms.carriers.fields import (
    absolute_time,
    china_now,
    minute_of,
    month_to_second,
    octets,
    plain_phone,
)
from shared_channels.sms.carriers.ports import MoMessage, Report
from shared_channels.sms.carriers.sequence import Sequence
from shared_channels.sms.carriers.settings import Direction, LinkSettings, ReportWish
from shared_channels.sms.carriers.smgp import pdus, wire
from shared_channels.sms.carriers.smgp.reports import StatusReport

_MODES = {Direction.SEND: 0, Direction.RECEIVE: 1, Direction.BOTH: 2}


class SmgpClient(Dialect):
    """One connection."""

    throttle = codes.THROTTLE

    def __init__(self, settings: LinkSettings) -> None:
        super().__init__(settings)
        self._sequence = Sequence()
        self._authenticator = b""

    def login(self) -> bytes:
        settings = self.settings
        stamp = month_to_second(china_now())
        self._authenticator = wire.authenticator_client(
            settings.account, settings.secret, stamp, settings.padding
        )
        mode = _MODES[settings.direction]
        login = pdus.Login(settings.account, self._authenticator, mode, stamp, wire.VERSION)
        return wire.frame(wire.LOGIN, self._sequence(), login.pack())

    def submit(self, segment: Segment) -> tuple[Hashable, bytes]:
        settings = self.settings
        options: dict[int, bytes] = {}
        if settings.company:
            options[wire.MSG_SRC] = octets(settings.company, 8, "MsgSrc")
        if segment.has_header:
            options[wire.TP_UDHI] = b"\x01"
            options[wire.PK_TOTAL] = bytes((segment.total,))
            options[wire.PK_NUMBER] = bytes((segment.number,))
        if segment.token:
            options[wire.LINK_ID] = segment.token.encode().ljust(20, b"\0")
        submit = pdus.Submit(
            destinations=(segment.phone,),
            content=segment.content,
            message_format=segment.message_format,
            source=segment.source,
            service_id=settings.service_id,
            report=0 if settings.report is ReportWish.NEVER else 1,
            fee_type=settings.fee_type,
            fee_code=settings.fee_code,
            valid_until=absolute_time(segment.valid_until),
            options=options,
        )
        sequence = self._sequence()
        return sequence, wire.frame(wire.SUBMIT, sequence, submit.pack())

    def ping(self) -> bytes:
        return wire.frame(wire.ACTIVE_TEST, self._sequence())

    def bye(self) -> bytes:
        return wire.frame(wire.EXIT, self._sequence())

    def verdict(self, code: int) -> Word:
        return look_up(codes.STATUS, code)

    def read(self, frame: bytes) -> Incoming:
        _, command, sequence = wire.HEADER.unpack_from(frame)
        if command == wire.SUBMIT_RESP:
            taken = pdus.Taken.read(frame[12:])
            return SubmitAnswer(
                sequence, taken.status, "" if taken.status else wire.id_text(taken.message_id)
            )
        if command == wire.DELIVER:
            return self._delivery(sequence, frame[12:])
        if command == wire.LOGIN_RESP:
            return self._login_answer(pdus.LoginResp.read(frame[12:]))
        return self._small(command, sequence)

    def _small(self, command: int, sequence: int) -> Incoming:
        if command == wire.ACTIVE_TEST:
            return Ping(wire.frame(wire.ACTIVE_TEST_RESP, sequence))
        if command == wire.ACTIVE_TEST_RESP:
            return Pong()
        if command == wire.EXIT:
            return Bye(wire.frame(wire.EXIT_RESP, sequence))
        if command == wire.EXIT_RESP:
            return ByeAnswer()
        return Other(f"网关发来不使用的命令 0x{command:08x}", b"")

    def _login_answer(self, answer: pdus.LoginResp) -> LoginAnswer:
        remarks = []
        if answer.version not in (0, wire.VERSION):
            remarks.append(f"网关声明的版本为 0x{answer.version:02x}")
        authentic = None
        if not answer.status:
            expected = wire.authenticator_server(answer.status, self._authenticator, self.settings.secret)
            authentic = expected == answer.authenticator
        word = look_up(codes.STATUS, answer.status)
        return LoginAnswer(answer.status, word, authentic, tuple(remarks))

    def _delivery(self, sequence: int, body: bytes) -> Delivery:
        deliver = pdus.Deliver.read(body)
        reply = wire.frame(wire.DELIVER_RESP, sequence, pdus.Taken(deliver.message_id, 0).pack())
        now = datetime.now(UTC)
        if deliver.is_report:
            return Delivery(reply, (sequence, body), self._report(deliver, now), None)
        headed = deliver.options.get(wire.TP_UDHI, b"\0")[-1:] not in (b"", b"\0")
        part, content = udh.read(deliver.content) if headed else (None, deliver.content)
        mo = MoMessage(
            carrier_id=wire.id_text(deliver.message_id),
            phone=plain_phone(deliver.source),
            to=deliver.destination,
            text=text.read(content, deliver.message_format, self.alphabet),
            link=self.settings.name,
            received_at=now,
            part=part,
            message_format=deliver.message_format,
            content=content,
        )
        return Delivery(reply, (sequence, body), None, mo)

    def _report(self, deliver: pdus.Deliver, now: datetime) -> Report:
        told = StatusReport.read(deliver.content)
        meaning = fate(told.state)
        return Report(
            carrier_id=wire.id_text(told.message_id),
            phone=plain_phone(deliver.source),
            state=meaning.state,
            code=told.state,
            words=meaning.words,
            link=self.settings.name,
            received_at=now,
            category=meaning.category,
            error_code=told.error,
            source=deliver.destination,
            submitted_at=minute_of(told.submitted),
            done_at=minute_of(told.done),
        )
