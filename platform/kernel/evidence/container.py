"""A ZIP with exactly one spelling: stored members in a given order, fixed dates, UTF-8 names, no extra fields, no comment.

Since names, sizes and sums determine every byte outside the members, a verifier that knows those can vouch for the whole file.
Any unpacker opens it.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable

MOST_BYTES = 2**31 - 1
_LOCAL, _CENTRAL = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_VERSION, _UTF8, _TIME, _DATE = 20, 0x800, 0, 0x21
"""Needed version 2.0; UTF-8 names; 1 January 1980."""


class ContainerTooLarge(ValueError):
    """More than 2 GiB or 65,535 members: no dossier is that large."""


def local_header(name: bytes, size: int, crc: int) -> bytes:
    """What stands before a member's bytes."""
    return _LOCAL.pack(b"PK\3\4", _VERSION, _UTF8, 0, _TIME, _DATE, crc, size, size, len(name), 0) + name


def container(members: Iterable[tuple[str, bytes]]) -> bytes:
    """The file. Raises ContainerTooLarge; ValueError for a name twice."""
    body, directory, names = bytearray(), bytearray(), set()
    for path, data in members:
        name, crc = path.encode(), zlib.crc32(data)
        if name in names:
            raise ValueError(f"two members are called {path}")
        names.add(name)
        if len(body) + len(data) > MOST_BYTES or len(names) > 0xFFFF:
            raise ContainerTooLarge
        directory += _CENTRAL.pack(b"PK\1\2", _VERSION, _VERSION, _UTF8, 0, _TIME, _DATE, crc, len(data), len(data),
                                   len(name), 0, 0, 0, 0, 0, len(body)) + name  # fmt: skip
        body += local_header(name, len(data), crc) + data
    end = _END.pack(b"PK\5\6", 0, 0, len(names), len(names), len(directory), len(body), 0)
    return bytes(body) + bytes(directory) + end
