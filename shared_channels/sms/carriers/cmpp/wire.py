"""Commands, header and authenticators of CMPP, and where the two versions differ in size."""

from __future__ import annotations

from hashlib import md5
from struct import Struct
from typing import NamedTuple

from shared_channels.sms.carriers.settings import Padding

HEADER = Struct(">III")

CONNECT = 0x00000001
CONNECT_RESP = 0x80000001
TERMINATE = 0x00000002
TERMINATE_RESP = 0x80000002
SUBMIT = 0x00000004
SUBMIT_RESP = 0x80000004
DELIVER = 0x00000005
DELIVER_RESP = 0x80000005
QUERY = 0x00000006
QUERY_RESP = 0x80000006
CANCEL = 0x00000007
CANCEL_RESP = 0x80000007
ACTIVE_TEST = 0x00000008
ACTIVE_TEST_RESP = 0x80000008


class Version(NamedTuple):
    """Sizes that changed from 2.0 to 3.0."""

    number: int
    phone: int  # Fee_terminal_Id, Dest_terminal_Id, Src_terminal_Id
    has_type: bool  # one byte behind each terminal id
    tail: int  # Reserve 8, LinkID 20
    result: Struct  # Status, Result, Success_Id


V20 = Version(0x20, 21, False, 8, Struct(">B"))
V30 = Version(0x30, 32, True, 20, Struct(">I"))


def frame(command: int, sequence: int, body: bytes = b"") -> bytes:
    """One PDU."""
    return HEADER.pack(12 + len(body), command, sequence) + body


def authenticator_source(account: str, secret: str, timestamp: int, padding: Padding = Padding.RAW) -> bytes:
    """MD5(Source_Addr + 9 NUL + secret + MMDDHHMMSS in ten digits)."""
    name = account.encode("ascii")
    if padding is Padding.PADDED:
        name = name.ljust(6, b"\0")
    stamp = f"{timestamp:010d}".encode()
    return md5(name + bytes(9) + secret.encode() + stamp, usedforsecurity=False).digest()


def authenticator_ismg(status: bytes, source_authenticator: bytes, secret: str) -> bytes:
    """MD5(Status + AuthenticatorSource + secret); ``status`` as it stands in the PDU."""
    return md5(status + source_authenticator + secret.encode(), usedforsecurity=False).digest()


class MessageId(NamedTuple):
    """The parts of a Msg_Id: month 4 bits, day 5, hour 5, minute 6, second 6, gateway 22, sequence 16."""

    month: int
    day: int
    hour: int
    minute: int
    second: int
    gateway: int
    sequence: int

    def pack(self) -> bytes:
        """Eight bytes, network order."""
        value = self.month
        for part, bits in zip(self[1:], (5, 5, 6, 6, 22, 16), strict=True):
            value = value << bits | part
        return value.to_bytes(8, "big")

    @classmethod
    def unpack(cls, raw: bytes) -> MessageId:
        """The parts of eight bytes."""
        value = int.from_bytes(raw, "big")
        parts = []
        for bits in (16, 22, 6, 6, 5, 5, 4):
            parts.append(value & (1 << bits) - 1)
            value >>= bits
        return cls(*reversed(parts))


def id_text(raw: bytes) -> str:
    """Text form of a Msg_Id: its eight bytes in hexadecimal, the same in answers and in reports."""
    return raw.hex()


def id_bytes(text: str) -> bytes:
    """Eight bytes of the text form."""
    return bytes.fromhex(text).rjust(8, b"\0")
