"""User data header of long messages: written with six bytes, read with six (8-bit reference) or seven (16-bit)."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

from shared_channels.sms.carriers.ports import MoMessage, Part


def header(reference: int, total: int, number: int) -> bytes:
    """``05 00 03 RR TT NN``; the reference is taken modulo 256."""
    return bytes((5, 0, 3, reference & 0xFF, total, number))


def read(content: bytes) -> tuple[Part | None, bytes]:
    """Part (None when the header names none) and the content behind the header. A header that claims more bytes than there
    are is taken as text: some gateways set the indicator without a header."""
    if not content or content[0] + 1 > len(content) or content[0] < 2:
        return None, content
    end = content[0] + 1
    position = 1
    while position + 2 <= end:
        kind, size = content[position], content[position + 1]
        value = content[position + 2 : min(position + 2 + size, end)]
        if kind == 0 and len(value) == 3 == size:
            return _checked(value[0], value[1], value[2]), content[end:]
        if kind == 8 and len(value) == 4 == size:
            return _checked(value[0] << 8 | value[1], value[2], value[3]), content[end:]
        position += 2 + size
    return None, content[end:]


def _checked(reference: int, total: int, number: int) -> Part | None:
    return Part(reference, total, number) if 0 < number <= total else None


class MoJoiner:
    """Puts the parts of long uplink messages together, in memory, for callers that keep no parts of their own.

    ``limit`` bounds the unfinished messages kept; the oldest is given up first (returned by :meth:`abandoned`).
    """

    def __init__(self, limit: int = 1000) -> None:
        self._limit = limit
        self._open: OrderedDict[tuple[str, str, int, int], dict[int, MoMessage]] = OrderedDict()
        self._given_up: list[MoMessage] = []

    def add(self, message: MoMessage) -> MoMessage | None:
        """The whole message once its last part is there, else None. A single message passes through."""
        part = message.part
        if part is None or part.total == 1:
            return message
        key = (message.phone, message.to, part.reference, part.total)
        parts = self._open.setdefault(key, {})
        parts.setdefault(part.number, message)
        if len(parts) == part.total:
            del self._open[key]
            return _joined(parts)
        if len(self._open) > self._limit:
            self._given_up.append(_joined(self._open.popitem(last=False)[1]))
        return None

    def abandoned(self) -> list[MoMessage]:
        """Messages given up with parts missing: what there was, joined. Empties the list."""
        given_up, self._given_up = self._given_up, []
        return given_up


def _joined(parts: dict[int, MoMessage]) -> MoMessage:
    ordered = [parts[number] for number in sorted(parts)]
    content = b"".join(part.content for part in ordered)
    text = "".join(part.text for part in ordered)
    if ordered[0].message_format == 8:  # a phone may cut an emoji in two: only the joined bytes show it
        text = content.decode("utf-16-be", "replace")
    return replace(ordered[0], text=text, content=content, part=None)
