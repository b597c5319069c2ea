"""The service provider's side of CMPP."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import UTC, datetime

from shared_channels.sms.carriers import text, udh
from shared_channels.sms.carriers.cmpp import pdus, wire
from shared_channels.sms.carriers.cmpp.reports import StatusReport
from shared_channels.sms.carriers.codes import cmpp as codes
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
from shared_channels.sms.carriers.errors import FieldError
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
from shared_channels.sms.carriers.settings import LinkSettings, ProtocolName, ReportWish

_NO_TIME = bytes(17)


class CmppClient(Dialect):
    """One connection. ``follow_version`` lets the layout of the log-in answer decide over the configured version."""

    throttle = codes.THROTTLE

    def __init__(self, settings: LinkSettings) -> None:
        super().__init__(settings)
        self.version = wire.V20 if settings.protocol is ProtocolName.CMPP20 else wire.V30
        self._sequence = Sequence()
        self._authenticator = b""
        self._prepare()

    def _prepare(self) -> None:
        """The parts of a submit that are the same for every message."""
        settings, version = self.settings, self.version
        kind = b"\0" if version.has_type else b""
        report = 0 if settings.report is ReportWish.NEVER else 1
        self._flags = bytes((report, 0))
        self._before = (
            octets(settings.service_id, 10, "Service_Id")
            + bytes((settings.fee_user_type,))
            + bytes(version.phone)
            + kind
        )
        self._company = (
            octets(settings.company_code, 6, "Msg_src")
            + octets(settings.fee_type, 2, "FeeType")
            + octets(settings.fee_code, 6, "FeeCode")
        )
        self._kind = kind
        self._no_tail = bytes(version.tail)

    def login(self) -> bytes:
        settings = self.settings
        stamp = month_to_second(china_now())
        self._authenticator = wire.authenticator_source(
            settings.account, settings.secret, stamp, settings.padding
        )
        connect = pdus.Connect(settings.account, self._authenticator, self.version.number, stamp)
        return wire.frame(wire.CONNECT, self._sequence(), connect.pack())

    def submit(self, segment: Segment) -> tuple[Hashable, bytes]:
        content, version, sequence = segment.content, self.version, self._sequence()
        if len(content) > 255:
            raise FieldError("Msg_Length", "longer than 255 bytes")
        valid = (
            _NO_TIME
            if segment.valid_until is None
            else octets(absolute_time(segment.valid_until), 17, "ValId_Time")
        )
        body = b"".join(
            (
                bytes((0, 0, 0, 0, 0, 0, 0, 0, segment.total, segment.number)),
                self._flags,
                self._before,
                bytes((0, 1 if segment.has_header else 0, segment.message_format)),
                self._company,
                valid,
                _NO_TIME,
                octets(segment.source, 21, "Src_Id"),
                b"\x01",
                octets(segment.phone, version.phone, "Dest_terminal_Id"),
                self._kind,
                bytes((len(content),)),
                content,
                octets(segment.token, version.tail, "Reserve") if segment.token else self._no_tail,
            )
        )
        return sequence, wire.HEADER.pack(12 + len(body), wire.SUBMIT, sequence) + body

    def ping(self) -> bytes:
        return wire.frame(wire.ACTIVE_TEST, self._sequence())

    def bye(self) -> bytes:
        return wire.frame(wire.TERMINATE, self._sequence())

    def verdict(self, code: int) -> Word:
        return look_up(codes.SUBMIT, code)

    def read(self, frame: bytes) -> Incoming:
        _, command, sequence = wire.HEADER.unpack_from(frame)
        if command == wire.SUBMIT_RESP:
            taken = pdus.Taken.read(frame[12:])
            return SubmitAnswer(sequence, taken.result, "" if taken.result else taken.message_id.hex())
        if command == wire.DELIVER:
            return self._delivery(sequence, frame[12:])
        if command == wire.CONNECT_RESP:
            return self._login_answer(pdus.ConnectResp.read(frame[12:]))
        return self._small(command, sequence)

    def _small(self, command: int, sequence: int) -> Incoming:
        if command == wire.ACTIVE_TEST:
            return Ping(wire.frame(wire.ACTIVE_TEST_RESP, sequence, b"\0"))
        if command == wire.ACTIVE_TEST_RESP:
            return Pong()
        if command == wire.TERMINATE:
            return Bye(wire.frame(wire.TERMINATE_RESP, sequence))
        if command == wire.TERMINATE_RESP:
            return ByeAnswer()
        return Other(f"网关发来不使用的命令 0x{command:08x}", b"")

    def _login_answer(self, answer: pdus.ConnectResp) -> LoginAnswer:
        word = look_up(codes.CONNECT, answer.status)
        remarks = []
        if answer.layout is not self.version:
            remarks.append(f"网关按 CMPP {_name(answer.layout)} 应答，本线路设置为 {_name(self.version)}")
            if self.settings.follow_version and not answer.status:
                self.version = answer.layout
                self._prepare()
        if answer.version not in (0, self.version.number):
            remarks.append(f"网关声明的最高版本为 0x{answer.version:02x}")
        authentic = None if answer.status else self._is_authentic(answer, remarks)
        return LoginAnswer(answer.status, word, authentic, tuple(remarks))

    def _is_authentic(self, answer: pdus.ConnectResp, remarks: list[str]) -> bool:
        """Over the status as it stands in the PDU; the other width is accepted and told, it proves the secret as well."""
        for width in (len(answer.status_bytes), 5 - len(answer.status_bytes)):
            status = answer.status.to_bytes(width, "big")
            if (
                wire.authenticator_ismg(status, self._authenticator, self.settings.secret)
                == answer.authenticator
            ):
                if width != len(answer.status_bytes):
                    remarks.append(f"网关认证码按 {width} 字节状态计算")
                return True
        return False

    def _delivery(self, sequence: int, body: bytes) -> Delivery:
        deliver = pdus.Deliver.read(body, self.version)
        answer = pdus.Taken(deliver.message_id, codes.DELIVER_OK).pack(self.version)
        reply = wire.frame(wire.DELIVER_RESP, sequence, answer)
        now = datetime.now(UTC)
        if deliver.is_report:
            return Delivery(reply, (sequence, body), self._report(deliver, now), None)
        part, content = udh.read(deliver.content) if deliver.udhi & 0x41 else (None, deliver.content)
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
            phone=plain_phone(told.phone or deliver.source),
            state=meaning.state,
            code=told.state,
            words=meaning.words,
            link=self.settings.name,
            received_at=now,
            category=meaning.category,
            source=deliver.destination,
            submitted_at=minute_of(told.submitted),
            done_at=minute_of(told.done),
        )


def _name(version: wire.Version) -> str:
    return "2.0" if version is wire.V20 else "3.0"
