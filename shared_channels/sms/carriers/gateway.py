"""The gateway's side of a protocol, as far as a carrier that is played needs it: the loopback carriers are built on it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable
from typing import NamedTuple


def number(sequence: Hashable) -> int:
    """The sequence of a protocol that counts in four bytes."""
    assert isinstance(sequence, int)
    return sequence


class Login(NamedTuple):
    """A log-in as read. ``proven``: name and secret are right. ``proof``: what the answer's authenticator is made over."""

    command: int
    sequence: Hashable
    name: str
    proven: bool
    proof: bytes


class Submission(NamedTuple):
    """One submit as read. ``token``: what a sender put in the reserved field."""

    sequence: Hashable
    phones: tuple[str, ...]
    source: str
    content: bytes
    message_format: int
    has_header: bool
    wants_report: bool
    token: str


class Answered(NamedTuple):
    """The other side answered a report or an uplink message of ours."""

    key: Hashable
    code: int


class Simple(NamedTuple):
    """A keep-alive, a good-bye, a query or cancel: answered at once with ``answer``; ``ends`` closes the connection."""

    name: str
    answer: bytes
    ends: bool = False


GatewayIncoming = Login | Submission | Answered | Simple


class Gateway(ABC):
    """One connection's knowledge of its protocol, on the carrier's side."""

    header: int = 12
    throttle_code: int
    wrong_login_code: int
    refuse_code: int

    @abstractmethod
    def read(self, frame: bytes) -> GatewayIncoming:
        """Meaning of one whole PDU. Raises FrameError when it is shorter than its fixed fields."""

    @abstractmethod
    def login_answer(self, login: Login, code: int, *, false_proof: bool) -> bytes:
        """Answer of a log-in; ``false_proof`` sends a wrong authenticator."""

    @abstractmethod
    def new_id(self, submission: Submission) -> bytes:
        """The carrier id of a submit, as bytes of the protocol."""

    @abstractmethod
    def submit_answer(self, submission: Submission, code: int, message_id: bytes) -> bytes:
        """Answer of a submit."""

    @abstractmethod
    def report(self, message_id: bytes, phone: str, source: str, state: str) -> tuple[Hashable, bytes]:
        """A report, with the key under which its answer comes."""

    @abstractmethod
    def mo(
        self, phone: str, to: str, content: bytes, message_format: int, *, headed: bool
    ) -> tuple[Hashable, bytes]:
        """An uplink message, with the key under which its answer comes."""

    @abstractmethod
    def ping(self) -> bytes | None:
        """A keep-alive of the gateway."""
