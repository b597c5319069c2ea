"""Commands, header, C-octet strings and TLVs of SMPP 3.4."""

from __future__ import annotations

from struct import Struct

from shared_channels.sms.carriers.errors import FieldError, FrameError
from shared_channels.sms.carriers.smgp.wire import read_tlvs, tlv

__all__ = ["HEADER", "Cursor", "c_octets", "frame", "read_tlvs", "tlv"]

HEADER = Struct(">IIII")

GENERIC_NACK = 0x80000000
BIND_RECEIVER = 0x00000001
BIND_TRANSMITTER = 0x00000002
QUERY_SM = 0x00000003
SUBMIT_SM = 0x00000004
DELIVER_SM = 0x00000005
UNBIND = 0x00000006
CANCEL_SM = 0x00000008
BIND_TRANSCEIVER = 0x00000009
ENQUIRE_LINK = 0x00000015
DATA_SM = 0x00000103
RESP = 0x80000000

VERSION = 0x34

RECEIPTED_MESSAGE_ID = 0x001E
SAR_REFERENCE = 0x020C
SAR_TOTAL = 0x020E
SAR_NUMBER = 0x020F
SC_VERSION = 0x0210
MESSAGE_PAYLOAD = 0x0424
MESSAGE_STATE = 0x0427
REFERENCE_TOKEN = 0x1501  # from the range kept for vendors

UDHI = 0x40
RECEIPT = 0x04
RECEIPTS = frozenset({RECEIPT, 0x20})  # final, and on the way


def frame(command: int, status: int, sequence: int, body: bytes = b"") -> bytes:
    """One PDU."""
    return HEADER.pack(16 + len(body), command, status, sequence) + body


def c_octets(value: str, size: int, field: str) -> bytes:
    """A string with its closing NUL, ``size`` with it. Raises FieldError when it does not fit or is not ASCII."""
    try:
        raw = value.encode("ascii")
    except UnicodeEncodeError:
        raise FieldError(field, "only ASCII is allowed") from None
    if len(raw) >= size:
        raise FieldError(field, f"longer than {size - 1} bytes")
    return raw + b"\0"


class Cursor:
    """Reads a body from front to back. Every reader raises FrameError where the body ends too early."""

    __slots__ = ("at", "raw")

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.at = 0

    def string(self) -> str:
        """Up to the next NUL."""
        end = self.raw.find(b"\0", self.at)
        if end < 0:
            raise FrameError("a string has no end")
        value = self.raw[self.at : end].decode("ascii", "replace")
        self.at = end + 1
        return value

    def byte(self) -> int:
        """One byte."""
        return self.take(1)[0]

    def take(self, size: int) -> bytes:
        """So many bytes."""
        end = self.at + size
        if end > len(self.raw):
            raise FrameError("the PDU ends within its fixed fields")
        value = self.raw[self.at : end]
        self.at = end
        return value

    def rest(self) -> bytes:
        """What is left."""
        value = self.raw[self.at :]
        self.at = len(self.raw)
        return value
