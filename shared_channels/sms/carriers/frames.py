"""Cuts a TCP stream into PDUs. All five protocols start a PDU with its total length in four bytes, network order."""

from __future__ import annotations

from collections.abc import Iterator
from struct import Struct

from shared_channels.sms.carriers.errors import FrameError

_LENGTH = Struct(">I")


class FrameReader:
    """Keeps what has not yet become a whole PDU; never more than one PDU of ``cap`` bytes plus one read.

    ``header`` is the smallest legal length. A length outside ``header..cap`` raises :class:`FrameError` after every whole
    PDU before it was yielded, and the reader stays broken: after a false length nothing that follows can be trusted.
    """

    __slots__ = ("_broken", "_rest", "cap", "header")

    def __init__(self, header: int, cap: int) -> None:
        self.header = header
        self.cap = cap
        self._rest = b""
        self._broken = False

    @property
    def pending(self) -> int:
        """Bytes that wait for the rest of their PDU."""
        return len(self._rest)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Whole PDUs, in order. Take the iterator to its end before feeding again."""
        if self._broken:
            raise FrameError("the stream was already out of step")
        if self._rest:
            data = self._rest + data
        position, size = 0, len(data)
        unpack, header, cap = _LENGTH.unpack_from, self.header, self.cap
        while size - position >= 4:
            (length,) = unpack(data, position)
            if not header <= length <= cap:
                self._broken = True
                self._rest = b""
                raise FrameError(f"PDU length {length} is outside {header}..{cap}")
            end = position + length
            if end > size:
                break
            yield data[position:end]
            position = end
        self._rest = data[position:]
