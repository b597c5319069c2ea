"""Commands, header and three-part sequence numbers of SGIP 1.2."""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

from shared_channels.sms.carriers.fields import china_now, month_to_second
from shared_channels.sms.carriers.sequence import Sequence

HEADER = Struct(">II12s")
_SEQUENCE = Struct(">III")

BIND = 0x00000001
BIND_RESP = 0x80000001
UNBIND = 0x00000002
UNBIND_RESP = 0x80000002
SUBMIT = 0x00000003
SUBMIT_RESP = 0x80000003
DELIVER = 0x00000004
DELIVER_RESP = 0x80000004
REPORT = 0x00000005
REPORT_RESP = 0x80000005
USERRPT = 0x00000011
USERRPT_RESP = 0x80000011
TRACE = 0x00001000
TRACE_RESP = 0x80001000


class SequenceNumber(NamedTuple):
    """Node, MMDDhhmmss and counter: the name of a submit, in its answer and in its report."""

    node: int
    time: int
    counter: int

    def pack(self) -> bytes:
        """Twelve bytes, network order."""
        return _SEQUENCE.pack(*self)

    @classmethod
    def unpack(cls, raw: bytes) -> SequenceNumber:
        """The parts of twelve bytes."""
        return cls(*_SEQUENCE.unpack(raw))

    def text(self) -> str:
        """Thirty digits: ten for each part."""
        return "".join(f"{part:010d}" for part in self)


def id_text(raw: bytes) -> str:
    """Text form of the twelve bytes."""
    return SequenceNumber.unpack(raw).text()


def id_bytes(text: str) -> bytes:
    """The twelve bytes of the text form."""
    return SequenceNumber(int(text[:10]), int(text[10:20]), int(text[20:30])).pack()


def frame(command: int, sequence: bytes, body: bytes = b"") -> bytes:
    """One PDU; an answer repeats the sequence of its request."""
    return HEADER.pack(20 + len(body), command, sequence) + body


class SequenceMaker:
    """Sequence numbers of one node. The middle word is the real time: some gateways answer with another one otherwise.

    One maker serves all connections of a link, so that no number is given twice within a second.
    """

    __slots__ = ("_counter", "_node")

    def __init__(self, node: int) -> None:
        self._node = node
        self._counter = Sequence()

    def __call__(self) -> bytes:
        return _SEQUENCE.pack(self._node, month_to_second(china_now()), self._counter())
