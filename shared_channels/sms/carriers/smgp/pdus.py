"""Every PDU between a service provider and its gateway, written and read."""

from __future__ import annotations

from dataclasses import dataclass, field
from struct import Struct

from shared_channels.sms.carriers.errors import FieldError
from shared_channels.sms.carriers.fields import need, octets, text_of
from shared_channels.sms.carriers.smgp.wire import read_tlvs, tlv

_LOGIN = Struct(">8s16sBIB")
_SUBMIT_HEAD = Struct(">BBB10s2s6s6sB17s17s21s21sB")
_DELIVER_HEAD = Struct(">10sBB14s21s21sB")
_QUERY = Struct(">8sB10s8s")
_QUERY_RESP = Struct(">8sB10s8I8s")
_PHONE = 21
_RESERVE = 8


@dataclass(frozen=True, slots=True)
class Login:
    """Login. ``mode``: 0 send, 1 receive, 2 both."""

    client_id: str
    authenticator: bytes
    mode: int
    timestamp: int
    version: int

    def pack(self) -> bytes:
        return _LOGIN.pack(
            octets(self.client_id, 8, "ClientID"), self.authenticator, self.mode, self.timestamp, self.version
        )

    @classmethod
    def read(cls, body: bytes) -> Login:
        need(body, _LOGIN.size, "Login")
        name, *rest = _LOGIN.unpack_from(body)
        return cls(text_of(name), *rest)


@dataclass(frozen=True, slots=True)
class LoginResp:
    """Login_Resp; refusals may come without what follows the status."""

    status: int
    authenticator: bytes
    version: int

    def pack(self) -> bytes:
        return self.status.to_bytes(4, "big") + self.authenticator.ljust(16, b"\0") + bytes((self.version,))

    @classmethod
    def read(cls, body: bytes) -> LoginResp:
        need(body, 4, "Login_Resp")
        return cls(int.from_bytes(body[:4], "big"), body[4:20], body[20] if len(body) > 20 else 0)


@dataclass(frozen=True, slots=True)
class Submit:
    """Submit. ``options``: optional parameters by tag."""

    destinations: tuple[str, ...]
    content: bytes
    message_format: int = 8
    source: str = ""
    service_id: str = ""
    message_type: int = 6
    report: int = 1
    priority: int = 0
    fee_type: str = "00"
    fee_code: str = "000000"
    fixed_fee: str = "000000"
    valid_until: str = ""
    send_at: str = ""
    charge_phone: str = ""
    options: dict[int, bytes] = field(default_factory=dict)

    def pack(self) -> bytes:
        if len(self.content) > 255 or not 0 < len(self.destinations) < 100:
            raise FieldError("MsgLength", "at most 255 bytes and 1 to 99 destinations")
        head = _SUBMIT_HEAD.pack(
            self.message_type, self.report, self.priority, octets(self.service_id, 10, "ServiceID"),
            octets(self.fee_type, 2, "FeeType"), octets(self.fee_code, 6, "FeeCode"),
            octets(self.fixed_fee, 6, "FixedFee"), self.message_format, octets(self.valid_until, 17, "ValidTime"),
            octets(self.send_at, 17, "AtTime"), octets(self.source, 21, "SrcTermID"),
            octets(self.charge_phone, 21, "ChargeTermID"), len(self.destinations),
        )  # fmt: skip
        destinations = b"".join(octets(phone, _PHONE, "DestTermID") for phone in self.destinations)
        options = b"".join(tlv(tag, value) for tag, value in self.options.items())
        return head + destinations + bytes((len(self.content),)) + self.content + bytes(_RESERVE) + options

    @classmethod
    def read(cls, body: bytes) -> Submit:
        need(body, _SUBMIT_HEAD.size, "Submit")
        (
            kind,
            report,
            priority,
            service,
            fee_type,
            fee_code,
            fixed,
            form,
            valid,
            send_at,
            source,
            charge,
            count,
        ) = _SUBMIT_HEAD.unpack_from(body)
        at = _SUBMIT_HEAD.size
        length_at = at + count * _PHONE
        need(body, length_at + 1, "Submit")
        end = length_at + 1 + body[length_at]
        need(body, end, "Submit")
        phones = tuple(text_of(body[i : i + _PHONE]) for i in range(at, length_at, _PHONE))
        return cls(
            destinations=phones, content=body[length_at + 1 : end], message_format=form, source=text_of(source),
            service_id=text_of(service), message_type=kind, report=report, priority=priority,
            fee_type=text_of(fee_type), fee_code=text_of(fee_code), fixed_fee=text_of(fixed),
            valid_until=text_of(valid), send_at=text_of(send_at), charge_phone=text_of(charge),
            options=read_tlvs(body[end + _RESERVE :]),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """Submit_Resp and Deliver_Resp."""

    message_id: bytes
    status: int

    def pack(self) -> bytes:
        return self.message_id.ljust(10, b"\0") + self.status.to_bytes(4, "big")

    @classmethod
    def read(cls, body: bytes) -> Taken:
        need(body, 14, "Submit_Resp")
        return cls(body[:10], int.from_bytes(body[10:14], "big"))


@dataclass(frozen=True, slots=True)
class Deliver:
    """Deliver: an uplink message, or a report when ``is_report``. ``received``: YYYYMMDDhhmmss."""

    message_id: bytes
    source: str
    destination: str
    content: bytes
    is_report: int = 0
    message_format: int = 8
    received: str = ""
    options: dict[int, bytes] = field(default_factory=dict)

    def pack(self) -> bytes:
        head = _DELIVER_HEAD.pack(
            self.message_id, self.is_report, self.message_format, octets(self.received, 14, "RecvTime"),
            octets(self.source, 21, "SrcTermID"), octets(self.destination, 21, "DestTermID"), len(self.content),
        )  # fmt: skip
        options = b"".join(tlv(tag, value) for tag, value in self.options.items())
        return head + self.content + bytes(_RESERVE) + options

    @classmethod
    def read(cls, body: bytes) -> Deliver:
        """The reserve may be missing. In a report the optional parameters are not looked at."""
        need(body, _DELIVER_HEAD.size, "Deliver")
        message_id, is_report, form, received, source, destination, length = _DELIVER_HEAD.unpack_from(body)
        end = _DELIVER_HEAD.size + length
        need(body, end, "Deliver")
        return cls(
            message_id=message_id, source=text_of(source), destination=text_of(destination),
            content=body[_DELIVER_HEAD.size : end], is_report=is_report, message_format=form,
            received=text_of(received), options={} if is_report else read_tlvs(body[end + _RESERVE :]),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Query:
    """Query: counts of a day (YYYYMMDD), in all (kind 0) or of one service (1)."""

    day: str
    kind: int = 0
    code: str = ""

    def pack(self) -> bytes:
        return _QUERY.pack(
            octets(self.day, 8, "QueryTime"), self.kind, octets(self.code, 10, "QueryCode"), bytes(8)
        )

    @classmethod
    def read(cls, body: bytes) -> Query:
        need(body, _QUERY.size, "Query")
        day, kind, code, _ = _QUERY.unpack_from(body)
        return cls(text_of(day), kind, text_of(code))


@dataclass(frozen=True, slots=True)
class QueryResp:
    """Query_Resp: MT messages, MT phones, MT done, waiting, failed; MO done, waiting, failed."""

    day: str
    kind: int
    code: str
    counts: tuple[int, ...]

    def pack(self) -> bytes:
        code = octets(self.code, 10, "QueryCode")
        return _QUERY_RESP.pack(octets(self.day, 8, "QueryTime"), self.kind, code, *self.counts, bytes(8))

    @classmethod
    def read(cls, body: bytes) -> QueryResp:
        need(body, _QUERY_RESP.size, "Query_Resp")
        day, kind, code, *counts, _ = _QUERY_RESP.unpack_from(body)
        return cls(text_of(day), kind, text_of(code), tuple(counts))
