"""The port between the queue and a carrier: what can be sent, what comes back. The queue builds on this file only.

Meaning of one message: a text with its signature to one phone. A link cuts it in segments; each segment is one submit,
has one carrier id and gets one report. An outcome says what is known when the last segment was answered or given up.

* A report may reach ``on_report`` before ``submit`` returned its carrier id, twice, on another link of the same account,
  days late or never: keep a report that matches nothing yet, and merge by state rank.
* The gateway is answered after ``on_report``/``on_mo`` returned, or after the awaitable they returned is done; when that
  raises, the gateway gets no answer and sends the PDU again. So nothing is lost if the handler stores before it returns.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol


class LinkState(StrEnum):
    """Where a link stands. Only UP and IDLE take messages at once."""

    DOWN = "down"
    CONNECTING = "connecting"
    UP = "up"
    SUSPECT = "suspect"  # logged in, but answers are overdue: prefer another link
    IDLE = "idle"  # protocol without heartbeat, closed for quiet; the next message opens it
    STOPPED = "stopped"


class Category(StrEnum):
    """What a refusal or a failed report means for the sender, whatever the carrier's code was."""

    THROTTLED = "throttled"  # slower, the same link takes it later
    GATEWAY = "gateway"  # trouble at the gateway: another link, or later
    ROUTE = "route"  # the number belongs to another carrier
    NUMBER = "number"  # the number is wrong, empty or out of service
    BLACKLIST = "blacklist"  # the number does not want messages
    CONTENT = "content"  # the text, its signature or length is not accepted
    ACCOUNT = "account"  # account, right, access number or service code
    QUOTA = "quota"  # the day's or month's amount is used up
    FORMAT = "format"  # the PDU was not understood: our fault
    PHONE = "phone"  # phone off, out of reach or full: later may help
    EXPIRED = "expired"  # not delivered within its validity
    OTHER = "other"


class OutcomeKind(StrEnum):
    """What is known of a message after ``submit``."""

    ACCEPTED = "accepted"  # every segment has a carrier id
    REFUSED = "refused"  # at least one segment was refused; the others are in carrier_ids
    UNKNOWN = "unknown"  # at least one segment was written and never answered: it may have been sent
    NOT_SENT = "not_sent"  # nothing was written: safe on any other link


class ReportState(StrEnum):
    """State of one segment at the phone. ACCEPTED, ENROUTE and UNKNOWN are neither success nor end."""

    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"
    DELETED = "deleted"
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    ENROUTE = "enroute"
    UNKNOWN = "unknown"

    @property
    def is_final(self) -> bool:
        return self not in (ReportState.ACCEPTED, ReportState.ENROUTE, ReportState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """``reference``: stable name of the message, the same on every try. ``text`` includes the signature. ``source``:
    access number with extension, None = the link's own. ``valid_until``: not delivered after it (aware)."""

    reference: str
    phone: str
    text: str
    source: str | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class SubmitOutcome:
    """``carrier_ids``: one place for each segment in order, None where no id is known. ``code`` as the carrier wrote it."""

    kind: OutcomeKind
    reference: str
    link: str
    carrier_ids: tuple[str | None, ...] = ()
    code: str = ""
    words: str = ""
    category: Category | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """One carrier report. ``code``: state word of the carrier (DELIVRD, MK:0012 …); ``phone`` without country prefix."""

    carrier_id: str
    phone: str
    state: ReportState
    code: str
    words: str
    link: str
    received_at: datetime
    category: Category | None = None
    error_code: str = ""
    source: str = ""
    submitted_at: datetime | None = None
    done_at: datetime | None = None


class Part(NamedTuple):
    """Place of a segment in a long uplink message."""

    reference: int
    total: int
    number: int


@dataclass(frozen=True, slots=True)
class MoMessage:
    """One uplink PDU. A long message arrives in several, each with its ``part``; ``udh.MoJoiner`` puts them together."""

    carrier_id: str
    phone: str
    to: str
    text: str
    link: str
    received_at: datetime
    part: Part | None = None
    message_format: int = 8
    content: bytes = b""


class LinkEvent(NamedTuple):
    """A step worth showing or logging: ``code`` is stable, ``words`` Chinese, ``facts`` without personal data."""

    code: str
    words: str
    facts: dict[str, object]
    trouble: bool = False


def _ignore(*_: object) -> None:
    return None


@dataclass(slots=True)
class LinkHandlers:
    """Where a link puts what comes in; all are called in the event loop's thread and must not block."""

    on_report: Callable[[Report], Awaitable[None] | None] = field(default=_ignore)
    on_mo: Callable[[MoMessage], Awaitable[None] | None] = field(default=_ignore)
    on_state: Callable[[LinkState, str], None] = field(default=_ignore)
    on_late_answer: Callable[[SubmitOutcome], None] = field(default=_ignore)
    on_event: Callable[[LinkEvent], None] = field(default=_ignore)


@dataclass(slots=True)
class LinkCounts:
    """Counters since the link was made."""

    connects: int = 0
    refused_logins: int = 0
    submitted: int = 0
    accepted: int = 0
    refused: int = 0
    unknown: int = 0
    throttled: int = 0
    late_answers: int = 0
    reports: int = 0
    mo: int = 0
    repeats: int = 0
    malformed: int = 0


class CarrierLink(Protocol):
    """One line to one gateway, whatever its protocol."""

    @property
    def name(self) -> str: ...
    @property
    def state(self) -> LinkState: ...
    @property
    def room(self) -> int:
        """Segments that would be written at once; 0 when the window is full or the link is slowed down."""

    @property
    def in_flight(self) -> int:
        """Segments that were written and not answered yet."""

    @property
    def counts(self) -> LinkCounts: ...
    async def start(self) -> None:
        """Begins to connect and keeps trying; returns at once."""

    async def wait_up(self, timeout_s: float) -> bool:
        """True as soon as messages can be sent."""

    async def probe(self, timeout_s: float) -> bool | None:
        """Asks the gateway whether it is there: True when anything came back in time; None where the protocol has no
        heartbeat."""

    async def submit(self, message: OutgoingMessage) -> SubmitOutcome:
        """Sends one message. Waits for room in the window, never for a link that is down. Does not raise for anything the
        carrier does; cancelling it leaves written segments on their way."""

    async def stop(self, *, grace_s: float = 5.0) -> None:
        """Takes no more, waits up to ``grace_s`` for answers, says good-bye, closes."""
