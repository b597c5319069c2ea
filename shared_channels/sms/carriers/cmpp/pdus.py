"""Every PDU between a service provider and its gateway, written and read, in both versions."""

from __future__ import annotations

from dataclasses import dataclass, field
from struct import Struct

from shared_channels.sms.carriers.cmpp.wire import V20, V30, Version
from shared_channels.sms.carriers.errors import FieldError, FrameError
from shared_channels.sms.carriers.fields import need, octets, text_of

_CONNECT = Struct(">6s16sBI")
_SUBMIT_HEAD = Struct(">8sBBBB10sB")
_SUBMIT_MIDDLE = Struct(">BBB6s2s6s17s17s21sB")
_DELIVER_HEAD = Struct(">8s21s10sBBB")
_QUERY = Struct(">8sB10s8s")
_QUERY_RESP = Struct(">8sB10s8I")


@dataclass(frozen=True, slots=True)
class Connect:
    """CMPP_CONNECT."""

    source_addr: str
    authenticator: bytes
    version: int
    timestamp: int

    def pack(self) -> bytes:
        return _CONNECT.pack(
            octets(self.source_addr, 6, "Source_Addr"), self.authenticator, self.version, self.timestamp
        )

    @classmethod
    def read(cls, body: bytes) -> Connect:
        need(body, _CONNECT.size, "CMPP_CONNECT")
        name, authenticator, version, timestamp = _CONNECT.unpack_from(body)
        return cls(text_of(name), authenticator, version, timestamp)


@dataclass(frozen=True, slots=True)
class ConnectResp:
    """CMPP_CONNECT_RESP. ``status_bytes`` as they stood in the PDU: the authenticator is made over them."""

    status: int
    authenticator: bytes
    version: int
    status_bytes: bytes = b""

    def pack(self, version: Version) -> bytes:
        return version.result.pack(self.status) + self.authenticator.ljust(16, b"\0") + bytes((self.version,))

    @classmethod
    def read(cls, body: bytes) -> ConnectResp:
        """The size decides the version: 18 or 21 bytes; refusals without an authenticator are shorter."""
        size = 4 if len(body) in (4, 5) or len(body) >= 21 else 1
        need(body, size, "CMPP_CONNECT_RESP")
        status = body[:size]
        rest = body[size:]
        authenticator = rest[:16] if len(rest) >= 16 else b""
        version = rest[len(authenticator)] if len(rest) > len(authenticator) else 0
        return cls(int.from_bytes(status, "big"), authenticator, version, status)

    @property
    def layout(self) -> Version:
        return V30 if len(self.status_bytes) == 4 else V20


@dataclass(frozen=True, slots=True)
class Submit:
    """CMPP_SUBMIT. ``tail`` is Reserve (2.0) or LinkID (3.0)."""

    destinations: tuple[str, ...]
    content: bytes
    message_format: int = 8
    source: str = ""
    company: str = ""
    service_id: str = ""
    total: int = 1
    number: int = 1
    report: int = 1
    level: int = 0
    fee_user_type: int = 2
    fee_phone: str = ""
    fee_phone_type: int = 0
    pid: int = 0
    udhi: int = 0
    fee_type: str = "01"
    fee_code: str = "000000"
    valid_until: str = ""
    send_at: str = ""
    destination_type: int = 0
    tail: str = ""
    message_id: bytes = field(default=bytes(8))

    def pack(self, version: Version) -> bytes:
        if len(self.content) > 255 or not 0 < len(self.destinations) < 100:
            raise FieldError("Msg_Length", "at most 255 bytes and 1 to 99 destinations")
        kind = bytes((self.fee_phone_type,)) if version.has_type else b""
        destinations = b"".join(
            octets(phone, version.phone, "Dest_terminal_Id") for phone in self.destinations
        )
        return b"".join(
            (
                _SUBMIT_HEAD.pack(
                    self.message_id, self.total, self.number, self.report, self.level,
                    octets(self.service_id, 10, "Service_Id"), self.fee_user_type,
                ),
                octets(self.fee_phone, version.phone, "Fee_terminal_Id"),
                kind,
                _SUBMIT_MIDDLE.pack(
                    self.pid, self.udhi, self.message_format, octets(self.company, 6, "Msg_src"),
                    octets(self.fee_type, 2, "FeeType"), octets(self.fee_code, 6, "FeeCode"),
                    octets(self.valid_until, 17, "ValId_Time"), octets(self.send_at, 17, "At_Time"),
                    octets(self.source, 21, "Src_Id"), len(self.destinations),
                ),
                destinations,
                bytes((self.destination_type,)) if version.has_type else b"",
                bytes((len(self.content),)),
                self.content,
                octets(self.tail, version.tail, "Reserve"),
            )
        )  # fmt: skip

    @classmethod
    def read(cls, body: bytes, version: Version) -> Submit:
        typed = 1 if version.has_type else 0
        middle_at = _SUBMIT_HEAD.size + version.phone + typed
        at = middle_at + _SUBMIT_MIDDLE.size
        need(body, at, "CMPP_SUBMIT")
        message_id, total, number, report, level, service, fee_user = _SUBMIT_HEAD.unpack_from(body)
        pid, udhi, form, company, fee_type, fee_code, valid, send_at, source, count = (
            _SUBMIT_MIDDLE.unpack_from(body, middle_at)
        )
        length_at = at + count * version.phone + typed
        need(body, length_at + 1, "CMPP_SUBMIT")
        end = length_at + 1 + body[length_at]
        need(body, end, "CMPP_SUBMIT")
        fee_phone = body[_SUBMIT_HEAD.size : _SUBMIT_HEAD.size + version.phone]
        phones = tuple(
            text_of(body[i : i + version.phone]) for i in range(at, length_at - typed, version.phone)
        )
        return cls(
            destinations=phones, content=body[length_at + 1 : end], message_format=form, source=text_of(source),
            company=text_of(company), service_id=text_of(service), total=total, number=number, report=report,
            level=level, fee_user_type=fee_user, fee_phone=text_of(fee_phone),
            fee_phone_type=body[middle_at - 1] if typed else 0, pid=pid, udhi=udhi, fee_type=text_of(fee_type),
            fee_code=text_of(fee_code), valid_until=text_of(valid), send_at=text_of(send_at),
            destination_type=body[length_at - 1] if typed else 0, tail=text_of(body[end : end + version.tail]),
            message_id=message_id,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """CMPP_SUBMIT_RESP and CMPP_DELIVER_RESP: Msg_Id and result, of one byte or four by the size of the PDU."""

    message_id: bytes
    result: int

    def pack(self, version: Version) -> bytes:
        return self.message_id + version.result.pack(self.result)

    @classmethod
    def read(cls, body: bytes) -> Taken:
        need(body, 9, "CMPP_SUBMIT_RESP")
        return cls(body[:8], int.from_bytes(body[8:12], "big") if len(body) >= 12 else body[8])


@dataclass(frozen=True, slots=True)
class Deliver:
    """CMPP_DELIVER: an uplink message, or a report when ``is_report``."""

    message_id: bytes
    destination: str
    source: str
    content: bytes
    is_report: int = 0
    message_format: int = 8
    service_id: str = ""
    pid: int = 0
    udhi: int = 0
    source_type: int = 0
    tail: str = ""

    def pack(self, version: Version) -> bytes:
        return b"".join(
            (
                _DELIVER_HEAD.pack(
                    self.message_id, octets(self.destination, 21, "Dest_Id"),
                    octets(self.service_id, 10, "Service_Id"), self.pid, self.udhi, self.message_format,
                ),
                octets(self.source, version.phone, "Src_terminal_Id"),
                bytes((self.source_type,)) if version.has_type else b"",
                bytes((self.is_report, len(self.content))),
                self.content,
                octets(self.tail, version.tail, "LinkID"),
            )
        )  # fmt: skip

    @classmethod
    def read(cls, body: bytes, version: Version) -> Deliver:
        """In the layout that the length of the PDU fits, ``version`` first: some gateways deliver in the other one."""
        layouts = (V20, V30) if version is V20 else (V30, V20)
        layout = next((each for each in layouts if _fits(body, each, exactly=True)), version)
        if not _fits(body, layout, exactly=False):
            raise FrameError(f"CMPP_DELIVER of {len(body)} bytes fits neither version")
        typed = 1 if layout.has_type else 0
        message_id, destination, service, pid, udhi, form = _DELIVER_HEAD.unpack_from(body)
        at = _DELIVER_HEAD.size
        flag_at = at + layout.phone + typed
        end = flag_at + 2 + body[flag_at + 1]
        return cls(
            message_id=message_id, destination=text_of(destination), source=text_of(body[at : at + layout.phone]),
            content=body[flag_at + 2 : end], is_report=body[flag_at], message_format=form,
            service_id=text_of(service), pid=pid, udhi=udhi, source_type=body[flag_at - 1] if typed else 0,
            tail=text_of(body[end:]),
        )  # fmt: skip


def _fits(body: bytes, version: Version, *, exactly: bool) -> bool:
    """Whether the content length agrees with the size of the PDU; not ``exactly`` allows a missing or longer tail."""
    length_at = _DELIVER_HEAD.size + version.phone + (1 if version.has_type else 0) + 1
    if len(body) <= length_at:
        return False
    end = length_at + 1 + body[length_at]
    return len(body) == end + version.tail if exactly else len(body) >= end


@dataclass(frozen=True, slots=True)
class Query:
    """CMPP_QUERY: counts of a day (YYYYMMDD), in all (kind 0) or of one service (1)."""

    day: str
    kind: int = 0
    code: str = ""

    def pack(self) -> bytes:
        return _QUERY.pack(
            octets(self.day, 8, "Time"), self.kind, octets(self.code, 10, "Query_Code"), bytes(8)
        )

    @classmethod
    def read(cls, body: bytes) -> Query:
        need(body, _QUERY.size, "CMPP_QUERY")
        day, kind, code, _ = _QUERY.unpack_from(body)
        return cls(text_of(day), kind, text_of(code))


@dataclass(frozen=True, slots=True)
class QueryResp:
    """CMPP_QUERY_RESP: MT messages, MT phones, MT done, waiting, failed; MO done, waiting, failed."""

    day: str
    kind: int
    code: str
    counts: tuple[int, ...]

    def pack(self) -> bytes:
        return _QUERY_RESP.pack(
            octets(self.day, 8, "Time"), self.kind, octets(self.code, 10, "Query_Code"), *self.counts
        )

    @classmethod
    def read(cls, body: bytes) -> QueryResp:
        need(body, _QUERY_RESP.size, "CMPP_QUERY_RESP")
        day, kind, code, *counts = _QUERY_RESP.unpack_from(body)
        return cls(text_of(day), kind, text_of(code), tuple(counts))


@dataclass(frozen=True, slots=True)
class Cancel:
    """CMPP_CANCEL of one message that waits to be sent."""

    message_id: bytes

    def pack(self) -> bytes:
        return self.message_id

    @classmethod
    def read(cls, body: bytes) -> Cancel:
        need(body, 8, "CMPP_CANCEL")
        return cls(body[:8])


@dataclass(frozen=True, slots=True)
class CancelResp:
    """CMPP_CANCEL_RESP: 0 done, 1 failed."""

    result: int

    def pack(self, version: Version) -> bytes:
        return version.result.pack(self.result)

    @classmethod
    def read(cls, body: bytes) -> CancelResp:
        need(body, 1, "CMPP_CANCEL_RESP")
        return cls(int.from_bytes(body[:4], "big") if len(body) >= 4 else body[0])
