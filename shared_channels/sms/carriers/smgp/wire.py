"""Commands, header, authenticators, message ids and TLVs of SMGP 3.0.3."""

from __future__ import annotations

from hashlib import md5
from struct import Struct

from shared_channels.sms.carriers.errors import FrameError
from shared_channels.sms.carriers.settings import Padding

HEADER = Struct(">III")
_TAG = Struct(">HH")

LOGIN = 0x00000001
LOGIN_RESP = 0x80000001
SUBMIT = 0x00000002
SUBMIT_RESP = 0x80000002
DELIVER = 0x00000003
DELIVER_RESP = 0x80000003
ACTIVE_TEST = 0x00000004
ACTIVE_TEST_RESP = 0x80000004
EXIT = 0x00000006
EXIT_RESP = 0x80000006
QUERY = 0x00000007
QUERY_RESP = 0x80000007

VERSION = 0x30

TP_PID = 0x0001
TP_UDHI = 0x0002
LINK_ID = 0x0003
PK_TOTAL = 0x0009
PK_NUMBER = 0x000A
MSG_SRC = 0x0010


def frame(command: int, sequence: int, body: bytes = b"") -> bytes:
    """One PDU."""
    return HEADER.pack(12 + len(body), command, sequence) + body


def authenticator_client(account: str, secret: str, timestamp: int, padding: Padding = Padding.RAW) -> bytes:
    """MD5(ClientID + 7 NUL + secret + MMDDHHMMSS in ten digits)."""
    name = account.encode("ascii")
    if padding is Padding.PADDED:
        name = name.ljust(8, b"\0")
    stamp = f"{timestamp:010d}".encode()
    return md5(name + bytes(7) + secret.encode() + stamp, usedforsecurity=False).digest()


def authenticator_server(status: int, client_authenticator: bytes, secret: str) -> bytes:
    """MD5(Status in four bytes + AuthenticatorClient + secret)."""
    return md5(
        status.to_bytes(4, "big") + client_authenticator + secret.encode(), usedforsecurity=False
    ).digest()


def message_id(gateway: int, month_to_minute: int, sequence: int) -> bytes:
    """MsgID: gateway 6 digits, MMDDHHMM 8, sequence 6, two digits a byte."""
    return bytes.fromhex(f"{gateway % 10**6:06d}{month_to_minute % 10**8:08d}{sequence % 10**6:06d}")


def id_text(raw: bytes) -> str:
    """Text form of a MsgID: its twenty digits (hexadecimal where a gateway does not keep to digits)."""
    return raw.hex()


def tlv(tag: int, value: bytes) -> bytes:
    """One optional parameter."""
    return _TAG.pack(tag, len(value)) + value


def read_tlvs(raw: bytes) -> dict[int, bytes]:
    """Optional parameters by tag; the first of a repeated tag counts. Raises FrameError when one is cut off."""
    found: dict[int, bytes] = {}
    position = 0
    while position < len(raw):
        if position + 4 > len(raw):
            raise FrameError("an optional parameter is cut off")
        tag, size = _TAG.unpack_from(raw, position)
        position += 4
        if position + size > len(raw):
            raise FrameError(f"optional parameter 0x{tag:04x} is cut off")
        found.setdefault(tag, raw[position : position + size])
        position += size
    return found
