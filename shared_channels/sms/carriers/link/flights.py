"""Messages on their way: which segments wait, which are written, and what is known of the whole message."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable

from shared_channels.sms.carriers.codes.words import Word
from shared_channels.sms.carriers.dialect import Segment
from shared_channels.sms.carriers.ports import Category, OutcomeKind, SubmitOutcome

NOT_SENT_WORDS = "线路未接通，短信没有发出"
NO_ANSWER_WORDS = "已发出，在规定时间内没有收到网关应答"
LOST_WORDS = "已发出，应答之前线路中断"


class Job:
    """One message. Its future is done when the last segment is answered or given up."""

    __slots__ = ("code", "future", "ids", "left", "link", "reference", "unknown", "word", "written")

    def __init__(self, reference: str, link: str, total: int, future: asyncio.Future[SubmitOutcome]) -> None:
        self.reference = reference
        self.link = link
        self.ids: list[str | None] = [None] * total
        self.left = total
        self.future = future
        self.written = False
        self.unknown = ""
        self.code = ""
        self.word: Word | None = None

    def settle(self) -> bool:
        """One segment less to wait for; True when that was the last."""
        self.left -= 1
        if self.left > 0:
            return False
        if not self.future.done():
            self.future.set_result(self.outcome())
        return True

    def outcome(self) -> SubmitOutcome:
        """What is known now."""
        ids = tuple(self.ids)
        if self.word is not None:
            return SubmitOutcome(
                OutcomeKind.REFUSED, self.reference, self.link, ids, self.code, self.word.words,
                self.word.category or Category.OTHER,
            )  # fmt: skip
        if all(ids):
            return SubmitOutcome(OutcomeKind.ACCEPTED, self.reference, self.link, ids, "0", "网关已接收")
        if not self.written:
            return SubmitOutcome(OutcomeKind.NOT_SENT, self.reference, self.link, ids, "", NOT_SENT_WORDS)
        return SubmitOutcome(
            OutcomeKind.UNKNOWN, self.reference, self.link, ids, "", self.unknown or LOST_WORDS
        )


class Flight:
    """One segment of a job, waiting or written."""

    __slots__ = ("index", "job", "segment", "sent_at", "tries")

    def __init__(self, job: Job, index: int, segment: Segment) -> None:
        self.job = job
        self.index = index
        self.segment = segment
        self.sent_at = 0.0
        self.tries = 0


class Late:
    """Segments given up for want of an answer, by sequence, in case the answer still comes on this connection."""

    __slots__ = ("_flights", "_limit")

    def __init__(self, limit: int = 10_000) -> None:
        self._flights: dict[Hashable, Flight] = {}
        self._limit = limit

    def put(self, sequence: Hashable, flight: Flight) -> None:
        """Keeps one; the oldest goes first beyond the limit."""
        self._flights[sequence] = flight
        if len(self._flights) > self._limit:
            del self._flights[next(iter(self._flights))]

    def pop(self, sequence: Hashable) -> Flight | None:
        """The segment that this late answer belongs to."""
        return self._flights.pop(sequence, None)
