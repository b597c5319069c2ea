"""What a protocol must know so that one link class serves all five: the client's side of the conversation.

A dialect is made anew for each connection: sequence numbers and the layout agreed at log-in live in it. It does no input
or output and never waits.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from base64 import urlsafe_b64encode
from collections.abc import Hashable
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from shared_channels.sms.carriers import text, udh
from shared_channels.sms.carriers.codes.words import Word
from shared_channels.sms.carriers.ports import MoMessage, OutgoingMessage, Report
from shared_channels.sms.carriers.settings import LinkSettings


class Segment(NamedTuple):
    """One submit to be written. ``content`` has its user data header in front when ``has_header``."""

    phone: str
    source: str
    message_format: int
    content: bytes
    has_header: bool
    total: int
    number: int
    concat: int
    token: str
    valid_until: datetime | None


class LoginAnswer(NamedTuple):
    """``authentic``: the gateway proved that it knows the secret (None: nothing to check). ``remarks``: differences."""

    code: int
    word: Word
    authentic: bool | None
    remarks: tuple[str, ...]


class SubmitAnswer(NamedTuple):
    """``code`` 0 = taken; ``carrier_id`` empty when refused."""

    sequence: Hashable
    code: int
    carrier_id: str


class Delivery(NamedTuple):
    """A report or an uplink message, with the bytes that answer it. ``fingerprint`` is the same for a repeated PDU."""

    answer: bytes
    fingerprint: Hashable
    report: Report | None
    mo: MoMessage | None


class Ping(NamedTuple):
    """The gateway's keep-alive, with its answer."""

    answer: bytes


class Pong(NamedTuple):
    """The answer to our keep-alive."""


class Bye(NamedTuple):
    """The gateway closes the session, with its answer."""

    answer: bytes


class ByeAnswer(NamedTuple):
    """The answer to our good-bye."""


class Other(NamedTuple):
    """A PDU that a link does not use; ``answer`` where the protocol wants one."""

    words: str
    answer: bytes


Incoming = LoginAnswer | SubmitAnswer | Delivery | Ping | Pong | Bye | ByeAnswer | Other


class Dialect(ABC):
    """One connection's knowledge of its protocol."""

    header: int = 12
    alphabet: text.Alphabet = text.Alphabet.ASCII
    throttle: frozenset[int] = frozenset()

    def __init__(self, settings: LinkSettings) -> None:
        self.settings = settings

    @abstractmethod
    def login(self) -> bytes:
        """The first PDU."""

    @abstractmethod
    def submit(self, segment: Segment) -> tuple[Hashable, bytes]:
        """Sequence and bytes of one submit. Raises FieldError when a value does not fit."""

    @abstractmethod
    def read(self, frame: bytes) -> Incoming:
        """Meaning of one whole PDU. Raises FrameError when it is shorter than its fixed fields."""

    @abstractmethod
    def ping(self) -> bytes | None:
        """A keep-alive, None where the protocol has none."""

    @abstractmethod
    def bye(self) -> bytes:
        """The PDU that ends the session."""

    @abstractmethod
    def verdict(self, code: int) -> Word:
        """Words and category of a submit answer's code."""

    def segments(self, message: OutgoingMessage, concat: int) -> list[Segment]:
        """The submits of one message. Raises FieldError when the text cannot be written."""
        settings = self.settings
        made = text.pieces(message.text, settings.coding, self.alphabet)
        total = len(made)
        phone = message.phone
        if settings.phone_prefix and not phone.startswith(settings.phone_prefix):
            phone = settings.phone_prefix + phone.removeprefix("+")
        source = settings.source if message.source is None else message.source
        out = []
        for number, piece in enumerate(made, start=1):
            content = piece.content if total == 1 else udh.header(concat, total, number) + piece.content
            token = reference_token(message.reference, number) if settings.send_reference else ""
            out.append(
                Segment(
                    phone, source, piece.message_format, content, total > 1, total, number, concat, token,
                    message.valid_until,
                )
            )  # fmt: skip
        return out


def reference_token(reference: str, number: int) -> str:
    """Eight characters that are the same on every try of one segment: fits the smallest reserved field."""
    digest = blake2b(f"{reference}|{number}".encode(), digest_size=6).digest()
    return urlsafe_b64encode(digest).decode()
