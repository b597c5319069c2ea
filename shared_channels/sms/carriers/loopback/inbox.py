"""What the phones of a loopback carrier got: joined from segments, kept in memory only, the oldest forgotten first."""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from shared_channels.sms.carriers import udh
from shared_channels.sms.carriers.gateway import Submission
from shared_channels.sms.carriers.text import Alphabet, read

KEPT = 2000
_OPEN = 500


@dataclass(slots=True)
class Received:
    """One message on a phone. `mine`: the phone sent it itself."""

    number: int
    phone: str
    other: str
    text: str
    at: str
    segments: int
    mine: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


@dataclass(slots=True)
class _Parts:
    total: int
    texts: dict[int, bytes] = field(default_factory=dict)


class Inbox:
    """All phones of one carrier."""

    def __init__(self, alphabet: Alphabet = Alphabet.ASCII) -> None:
        self._alphabet = alphabet
        self._numbers = count(1)
        self._kept: deque[Received] = deque(maxlen=KEPT)
        self._open: OrderedDict[tuple[str, str, int, int], _Parts] = OrderedDict()

    def take(self, submission: Submission) -> None:
        """A segment reaches its phones; the last one of a long message completes it."""
        for phone in submission.phones:
            part, content = (
                udh.read(submission.content) if submission.has_header else (None, submission.content)
            )
            if part is None or part.total == 1:
                self._keep(phone, submission, content, 1)
                continue
            key = (phone, submission.source, part.reference, part.total)
            parts = self._open.setdefault(key, _Parts(part.total))
            parts.texts[part.number] = content
            if len(parts.texts) == parts.total:
                del self._open[key]
                self._keep(
                    phone, submission, b"".join(parts.texts[n] for n in sorted(parts.texts)), parts.total
                )
            while len(self._open) > _OPEN:
                self._open.popitem(last=False)

    def _keep(self, phone: str, submission: Submission, content: bytes, segments: int) -> None:
        text = read(content, submission.message_format, self._alphabet)
        self._add(Received(next(self._numbers), plain(phone), submission.source, text, _now(), segments))

    def sent(self, phone: str, other: str, text: str) -> None:
        """The phone itself sent one."""
        self._add(Received(next(self._numbers), plain(phone), other, text, _now(), 1, mine=True))

    def _add(self, received: Received) -> None:
        self._kept.append(received)

    def of(self, phone: str) -> list[Received]:
        """A phone's messages, oldest first."""
        wanted = plain(phone)
        return [each for each in self._kept if each.phone == wanted]

    def phones(self) -> list[Received]:
        """The newest message of each phone, newest first."""
        newest: dict[str, Received] = {}
        for each in self._kept:
            newest.pop(each.phone, None)
            newest[each.phone] = each
        return list(reversed(newest.values()))

    @property
    def last(self) -> int:
        """Number of the newest message, 0 when there is none: whoever saw it needs no new page."""
        return self._kept[-1].number if self._kept else 0


def plain(phone: str) -> str:
    """A phone without its country prefix."""
    digits = phone.strip().removeprefix("+")
    return digits.removeprefix("86") if len(digits) == 13 else digits


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
