"""Every PDU between a service provider and its gateway (SMG), written and read."""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct

from shared_channels.sms.carriers.errors import FieldError
from shared_channels.sms.carriers.fields import need, octets, text_of

_BIND = Struct(">B16s16s")
_SUBMIT_HEAD = Struct(">21s21sB")
_SUBMIT_MIDDLE = Struct(">5s10sB6s6sBBB16s16sBBBBBI")
_DELIVER_HEAD = Struct(">21s21sBBBI")
_REPORT = Struct(">12sB21sBB")
_USERRPT = Struct(">21s21sB")
_TRACE = Struct(">12s21s")
_PHONE = 21
_RESERVE = 8


@dataclass(frozen=True, slots=True)
class Bind:
    """Bind. ``kind``: 1 provider to gateway, 2 gateway to provider."""

    kind: int
    name: str
    password: str

    def pack(self) -> bytes:
        return _BIND.pack(
            self.kind, octets(self.name, 16, "Login Name"), octets(self.password, 16, "Login Password")
        ) + bytes(8)

    @classmethod
    def read(cls, body: bytes) -> Bind:
        need(body, _BIND.size, "Bind")
        kind, name, password = _BIND.unpack_from(body)
        return cls(kind, text_of(name), text_of(password))


@dataclass(frozen=True, slots=True)
class Result:
    """Every answer but Trace_Resp: one byte and a reserve, which some gateways leave out."""

    code: int

    def pack(self) -> bytes:
        return bytes((self.code,)) + bytes(_RESERVE)

    @classmethod
    def read(cls, body: bytes) -> Result:
        need(body, 1, "SGIP answer")
        return cls(body[0])


@dataclass(frozen=True, slots=True)
class Submit:
    """Submit. ``report``: 0 on failure, 1 always, 2 never. ``token``: Reserve."""

    destinations: tuple[str, ...]
    content: bytes
    coding: int = 8
    source: str = ""
    company: str = ""
    service_type: str = ""
    charge_phone: str = "000000000000000000000"
    fee_type: int = 1
    fee_value: str = "0"
    given_value: str = "0"
    agent: int = 0
    more_relate: int = 2
    priority: int = 0
    expires: str = ""
    schedule: str = ""
    report: int = 1
    pid: int = 0
    udhi: int = 0
    kind: int = 0
    token: str = ""

    def pack(self) -> bytes:
        if not 0 < len(self.destinations) <= 100:
            raise FieldError("UserCount", "1 to 100 destinations")
        return b"".join(
            (
                _SUBMIT_HEAD.pack(
                    octets(self.source, 21, "SPNumber"), octets(self.charge_phone, 21, "ChargeNumber"),
                    len(self.destinations),
                ),
                *(octets(phone, _PHONE, "UserNumber") for phone in self.destinations),
                _SUBMIT_MIDDLE.pack(
                    octets(self.company, 5, "CorpId"), octets(self.service_type, 10, "ServiceType"), self.fee_type,
                    octets(self.fee_value, 6, "FeeValue"), octets(self.given_value, 6, "GivenValue"), self.agent,
                    self.more_relate, self.priority, octets(self.expires, 16, "ExpireTime"),
                    octets(self.schedule, 16, "ScheduleTime"), self.report, self.pid, self.udhi, self.coding,
                    self.kind, len(self.content),
                ),
                self.content,
                octets(self.token, _RESERVE, "Reserve"),
            )
        )  # fmt: skip

    @classmethod
    def read(cls, body: bytes) -> Submit:
        need(body, _SUBMIT_HEAD.size, "Submit")
        source, charge, count = _SUBMIT_HEAD.unpack_from(body)
        middle_at = _SUBMIT_HEAD.size + count * _PHONE
        content_at = middle_at + _SUBMIT_MIDDLE.size
        need(body, content_at, "Submit")
        (
            company, service, fee_type, fee, given, agent, more, priority, expires, schedule, report, pid, udhi,
            coding, kind, length,
        ) = _SUBMIT_MIDDLE.unpack_from(body, middle_at)  # fmt: skip
        end = content_at + length
        need(body, end, "Submit")
        phones = tuple(text_of(body[i : i + _PHONE]) for i in range(_SUBMIT_HEAD.size, middle_at, _PHONE))
        return cls(
            destinations=phones, content=body[content_at:end], coding=coding, source=text_of(source),
            company=text_of(company), service_type=text_of(service), charge_phone=text_of(charge), fee_type=fee_type,
            fee_value=text_of(fee), given_value=text_of(given), agent=agent, more_relate=more, priority=priority,
            expires=text_of(expires), schedule=text_of(schedule), report=report, pid=pid, udhi=udhi, kind=kind,
            token=text_of(body[end : end + _RESERVE]),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Deliver:
    """Deliver: an uplink message. It has no id but its sequence number."""

    phone: str
    destination: str
    content: bytes
    coding: int = 8
    pid: int = 0
    udhi: int = 0

    def pack(self) -> bytes:
        head = _DELIVER_HEAD.pack(
            octets(self.phone, 21, "UserNumber"), octets(self.destination, 21, "SPNumber"), self.pid, self.udhi,
            self.coding, len(self.content),
        )  # fmt: skip
        return head + self.content + bytes(_RESERVE)

    @classmethod
    def read(cls, body: bytes) -> Deliver:
        need(body, _DELIVER_HEAD.size, "Deliver")
        phone, destination, pid, udhi, coding, length = _DELIVER_HEAD.unpack_from(body)
        end = _DELIVER_HEAD.size + length
        need(body, end, "Deliver")
        return cls(text_of(phone), text_of(destination), body[_DELIVER_HEAD.size : end], coding, pid, udhi)


@dataclass(frozen=True, slots=True)
class Report:
    """Report. ``kind`` 0: of a submit. ``state``: 0 done, 1 waiting, 2 failed with ``error``."""

    submit: bytes
    phone: str
    state: int
    error: int = 0
    kind: int = 0

    def pack(self) -> bytes:
        return _REPORT.pack(
            self.submit, self.kind, octets(self.phone, 21, "UserNumber"), self.state, self.error
        ) + bytes(8)

    @classmethod
    def read(cls, body: bytes) -> Report:
        need(body, _REPORT.size, "Report")
        submit, kind, phone, state, error = _REPORT.unpack_from(body)
        return cls(submit, text_of(phone), state, error, kind)


@dataclass(frozen=True, slots=True)
class UserReport:
    """UserRpt. ``condition``: 0 cancelled, 1 phone off, 2 recovered."""

    source: str
    phone: str
    condition: int

    def pack(self) -> bytes:
        return _USERRPT.pack(
            octets(self.source, 21, "SPNumber"), octets(self.phone, 21, "UserNumber"), self.condition
        ) + bytes(8)

    @classmethod
    def read(cls, body: bytes) -> UserReport:
        need(body, _USERRPT.size, "UserRpt")
        source, phone, condition = _USERRPT.unpack_from(body)
        return cls(text_of(source), text_of(phone), condition)


@dataclass(frozen=True, slots=True)
class Trace:
    """Trace: where is the submit with this sequence number (the query of SGIP)."""

    submit: bytes
    phone: str

    def pack(self) -> bytes:
        return _TRACE.pack(self.submit, octets(self.phone, 21, "UserNumber")) + bytes(8)

    @classmethod
    def read(cls, body: bytes) -> Trace:
        need(body, _TRACE.size, "Trace")
        submit, phone = _TRACE.unpack_from(body)
        return cls(submit, text_of(phone))
