"""The PDUs of both sides: bind, submit and deliver, query, cancel. Answers without a body are their header."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared_channels.sms.carriers.errors import FieldError
from shared_channels.sms.carriers.smpp.wire import Cursor, c_octets, read_tlvs, tlv


@dataclass(frozen=True, slots=True)
class Bind:
    """bind_transmitter, bind_receiver, bind_transceiver. Name and password may be longer than the 15 and 8 characters of the
    specification: carriers give such."""

    system_id: str
    password: str
    system_type: str = ""
    version: int = 0x34
    ton: int = 0
    npi: int = 0
    address_range: str = ""

    def pack(self) -> bytes:
        return b"".join(
            (
                c_octets(self.system_id, 65, "system_id"), c_octets(self.password, 65, "password"),
                c_octets(self.system_type, 13, "system_type"), bytes((self.version, self.ton, self.npi)),
                c_octets(self.address_range, 41, "address_range"),
            )
        )  # fmt: skip

    @classmethod
    def read(cls, body: bytes) -> Bind:
        cursor = Cursor(body)
        return cls(
            cursor.string(), cursor.string(), cursor.string(), cursor.byte(), cursor.byte(), cursor.byte(),
            cursor.string(),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Named:
    """Answers that carry one string: bind (system_id), submit_sm and deliver_sm (message_id). Refusals may be empty."""

    name: str
    options: dict[int, bytes] = field(default_factory=dict)

    def pack(self) -> bytes:
        return c_octets(self.name, 65, "message_id") + b"".join(
            tlv(*option) for option in self.options.items()
        )

    @classmethod
    def read(cls, body: bytes) -> Named:
        if not body:
            return cls("")
        cursor = Cursor(body)
        name = cursor.string()
        return cls(name, read_tlvs(cursor.rest()))


@dataclass(frozen=True, slots=True)
class ShortMessage:
    """submit_sm and deliver_sm: the same fields. A text of more than 254 bytes goes in the message_payload option."""

    source: str
    destination: str
    content: bytes
    service_type: str = ""
    source_ton: int = 0
    source_npi: int = 0
    dest_ton: int = 0
    dest_npi: int = 0
    esm_class: int = 0
    protocol_id: int = 0
    priority: int = 0
    schedule: str = ""
    validity: str = ""
    registered: int = 0
    replace: int = 0
    data_coding: int = 0
    default_id: int = 0
    options: dict[int, bytes] = field(default_factory=dict)

    def pack(self) -> bytes:
        if len(self.content) > 254:
            raise FieldError("short_message", "longer than 254 bytes")
        return b"".join(
            (
                c_octets(self.service_type, 6, "service_type"),
                bytes((self.source_ton, self.source_npi)), c_octets(self.source, 21, "source_addr"),
                bytes((self.dest_ton, self.dest_npi)), c_octets(self.destination, 21, "destination_addr"),
                bytes((self.esm_class, self.protocol_id, self.priority)),
                c_octets(self.schedule, 17, "schedule_delivery_time"), c_octets(self.validity, 17, "validity_period"),
                bytes((self.registered, self.replace, self.data_coding, self.default_id, len(self.content))),
                self.content,
                b"".join(tlv(*option) for option in self.options.items()),
            )
        )  # fmt: skip

    @classmethod
    def read(cls, body: bytes) -> ShortMessage:
        at = Cursor(body)
        service, source_ton, source_npi, source = at.string(), at.byte(), at.byte(), at.string()
        dest_ton, dest_npi, destination = at.byte(), at.byte(), at.string()
        esm_class, protocol_id, priority = at.take(3)
        schedule, validity = at.string(), at.string()
        registered, replace, data_coding, default_id, length = at.take(5)
        content = at.take(length)
        return cls(
            source=source, destination=destination, content=content, service_type=service, source_ton=source_ton,
            source_npi=source_npi, dest_ton=dest_ton, dest_npi=dest_npi, esm_class=esm_class,
            protocol_id=protocol_id, priority=priority, schedule=schedule, validity=validity, registered=registered,
            replace=replace, data_coding=data_coding, default_id=default_id, options=read_tlvs(at.rest()),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class QuerySm:
    """query_sm: the state of one message."""

    message_id: str
    source: str = ""
    ton: int = 0
    npi: int = 0

    def pack(self) -> bytes:
        name = c_octets(self.message_id, 65, "message_id")
        return name + bytes((self.ton, self.npi)) + c_octets(self.source, 21, "source_addr")

    @classmethod
    def read(cls, body: bytes) -> QuerySm:
        at = Cursor(body)
        name, ton, npi = at.string(), at.byte(), at.byte()
        return cls(name, at.string(), ton, npi)


@dataclass(frozen=True, slots=True)
class QuerySmResp:
    """query_sm_resp. ``final_date`` empty while the state is not final."""

    message_id: str
    final_date: str
    state: int
    error: int

    def pack(self) -> bytes:
        name = c_octets(self.message_id, 65, "message_id")
        return name + c_octets(self.final_date, 17, "final_date") + bytes((self.state, self.error))

    @classmethod
    def read(cls, body: bytes) -> QuerySmResp:
        at = Cursor(body)
        return cls(at.string(), at.string(), at.byte(), at.byte())


@dataclass(frozen=True, slots=True)
class CancelSm:
    """cancel_sm of one message that waits to be sent; its answer has no body."""

    message_id: str
    source: str = ""
    destination: str = ""
    service_type: str = ""

    def pack(self) -> bytes:
        return b"".join(
            (
                c_octets(self.service_type, 6, "service_type"), c_octets(self.message_id, 65, "message_id"),
                bytes(2), c_octets(self.source, 21, "source_addr"), bytes(2),
                c_octets(self.destination, 21, "destination_addr"),
            )
        )  # fmt: skip

    @classmethod
    def read(cls, body: bytes) -> CancelSm:
        at = Cursor(body)
        service, name, _, source, _, destination = (
            at.string(), at.string(), at.take(2), at.string(), at.take(2), at.string(),
        )  # fmt: skip
        return cls(name, source, destination, service)
