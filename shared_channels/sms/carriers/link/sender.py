"""The sending half of a link: the window, the pace, and what becomes of every segment that was written."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Hashable

from shared_channels.sms.carriers.codes.words import Word
from shared_channels.sms.carriers.dialect import Dialect, SubmitAnswer
from shared_channels.sms.carriers.errors import FieldError
from shared_channels.sms.carriers.link.flights import NO_ANSWER_WORDS, Flight, Job, Late
from shared_channels.sms.carriers.link.journal import Journal
from shared_channels.sms.carriers.link.pacer import Pacer
from shared_channels.sms.carriers.link.stream import Stream
from shared_channels.sms.carriers.ports import (
    Category,
    LinkCounts,
    LinkHandlers,
    OutcomeKind,
    OutgoingMessage,
    SubmitOutcome,
)
from shared_channels.sms.carriers.settings import LinkSettings


class Sender:
    """Lives as long as the link; a connection is attached while it is logged in."""

    def __init__(
        self, settings: LinkSettings, handlers: LinkHandlers, counts: LinkCounts, journal: Journal
    ) -> None:
        self._settings = settings
        self._handlers = handlers
        self._counts = counts
        self._journal = journal
        self._pacer = Pacer(settings.rate_per_s)
        self._waiting: deque[Flight] = deque()
        self._flights: dict[Hashable, Flight] = {}
        self._late = Late()
        self._stream: Stream | None = None
        self._dialect: Dialect | None = None
        self._throttle: frozenset[int] = frozenset()
        self._timer: asyncio.TimerHandle | None = None
        self._concat = 0
        self.loop = asyncio.get_running_loop()
        self.moved_at = self.loop.time()

    @property
    def room(self) -> int:
        """Segments that would be written at once."""
        if self._stream is None or self._pacer.wait(self.loop.time()) > 0:
            return 0
        return max(0, self._settings.window - len(self._flights) - len(self._waiting))

    @property
    def in_flight(self) -> int:
        """Written and not answered."""
        return len(self._flights)

    @property
    def is_quiet(self) -> bool:
        """Nothing waits and nothing is on its way."""
        return not self._flights and not self._waiting

    def add(self, message: OutgoingMessage, dialect: Dialect) -> asyncio.Future[SubmitOutcome]:
        """Puts one message in line; its future ends in an outcome whatever happens."""
        future: asyncio.Future[SubmitOutcome] = self.loop.create_future()
        self._concat = (self._concat + 1) & 0xFFFF
        try:
            segments = dialect.segments(message, self._concat)
        except FieldError as error:
            future.set_result(self._unwritable(message.reference, error))
            return future
        job = Job(message.reference, self._settings.name, len(segments), future)
        for index, segment in enumerate(segments):
            self._waiting.append(Flight(job, index, segment))
        self.pump()
        return future

    def attach(self, stream: Stream, dialect: Dialect) -> None:
        """The connection is logged in."""
        self._stream, self._dialect = stream, dialect
        codes = self._settings.throttle_codes
        self._throttle = dialect.throttle if codes is None else codes
        self._late = Late()
        self.moved_at = self.loop.time()
        self.pump()

    def detach(self) -> None:
        """The connection is gone: what was written may have been sent, what was not is free for another link."""
        self._stream = self._dialect = None
        flights, self._flights = self._flights, {}
        for flight in flights.values():
            self._counts.unknown += 1
            flight.job.settle()
        self.release()

    def unplug(self) -> None:
        """The connection is being closed for quiet: nothing is on its way, what comes now waits for the next one."""
        self._stream = self._dialect = None

    def release(self) -> None:
        """Gives up everything that waits to be written."""
        waiting, self._waiting = self._waiting, deque()
        for flight in waiting:
            flight.job.settle()

    def pump(self) -> None:
        """Writes what window and pace allow."""
        stream, dialect = self._stream, self._dialect
        if stream is None or dialect is None:
            return
        waiting, flights, window, pacer = self._waiting, self._flights, self._settings.window, self._pacer
        now = self.loop.time()
        while waiting and len(flights) < window:
            delay = pacer.wait(now)
            if delay > 0:
                self._later(delay)
                return
            flight = waiting.popleft()
            if flight.job.future.cancelled() and not flight.job.written:
                flight.job.settle()
                continue
            self._write(flight, stream, dialect, now)

    def _later(self, delay: float) -> None:
        if self._timer is None or self._timer.when() <= self.loop.time() or self._timer.cancelled():
            self._timer = self.loop.call_later(delay, self.pump)

    def _write(self, flight: Flight, stream: Stream, dialect: Dialect, now: float) -> None:
        try:
            sequence, data = dialect.submit(flight.segment)
        except FieldError as error:
            outcome = self._unwritable(flight.job.reference, error)
            flight.job.word = Word(outcome.words, outcome.category)
            self._counts.refused += 1
            flight.job.settle()
            return
        self._flights[sequence] = flight
        flight.sent_at = now
        flight.tries += 1
        flight.job.written = True
        self.moved_at = now
        self._counts.submitted += 1
        self._pacer.sent(now)
        stream.send(data)

    def answered(self, answer: SubmitAnswer) -> None:
        """The gateway took or refused one segment."""
        flight = self._flights.pop(answer.sequence, None)
        if flight is None:
            self._answered_late(answer)
            return
        self.moved_at = self.loop.time()
        if answer.code == 0:
            self._counts.accepted += 1
            flight.job.ids[flight.index] = answer.carrier_id
            flight.job.settle()
        else:
            self._refused(flight, answer.code)
        if self._waiting:
            self.pump()

    def _refused(self, flight: Flight, code: int) -> None:
        assert self._dialect is not None
        if code in self._throttle:
            self._counts.throttled += 1
            if self._pacer.slow(self.loop.time()):
                words = "网关要求放慢，线路已降速"
                self._journal.tell("throttled", words, code=code, rate=round(self._pacer.current, 1))
            if flight.tries <= self._settings.throttle_retries:
                self._waiting.appendleft(flight)
                self.pump()
                return
        self._counts.refused += 1
        flight.job.code = str(code)
        word = self._dialect.verdict(code)
        flight.job.word = word._replace(category=Category.THROTTLED) if code in self._throttle else word
        flight.job.settle()

    def _answered_late(self, answer: SubmitAnswer) -> None:
        flight = self._late.pop(answer.sequence)
        if flight is None:
            self._journal.tell(
                "stray_answer", "网关应答了本线路没有发出的序号", trouble=True, code=answer.code
            )
            return
        self._counts.late_answers += 1
        job = flight.job
        if answer.code == 0:
            job.ids[flight.index] = answer.carrier_id
        elif self._dialect is not None:
            job.code, job.word = str(answer.code), self._dialect.verdict(answer.code)
        if job.left == 0:
            self._handlers.on_late_answer(job.outcome())

    def expire(self, now: float) -> None:
        """Gives up what was not answered within the time allowed; flights are in the order of writing."""
        limit = now - self._settings.answer_timeout_s
        while self._flights:
            sequence = next(iter(self._flights))
            flight = self._flights[sequence]
            if flight.sent_at > limit:
                break
            del self._flights[sequence]
            self._late.put(sequence, flight)
            self._counts.unknown += 1
            self._journal.tell(
                "no_answer", "网关在规定时间内没有应答", trouble=True, waited_s=round(now - flight.sent_at, 1)
            )
            flight.job.unknown = NO_ANSWER_WORDS
            flight.job.settle()
        self.pump()

    def oldest(self) -> float | None:
        """When the oldest unanswered segment was written."""
        return next(iter(self._flights.values())).sent_at if self._flights else None

    def not_sent(self, reference: str, words: str) -> SubmitOutcome:
        """The outcome of a message that was never put in line."""
        return SubmitOutcome(OutcomeKind.NOT_SENT, reference, self._settings.name, (), "", words)

    def _unwritable(self, reference: str, error: FieldError) -> SubmitOutcome:
        self._journal.tell(
            "unwritable", "短信内容或号码不合协议规定，没有发出", trouble=True, field=error.field
        )
        words = f"字段 {error.field} 放不下或含有不允许的字符，没有发出"
        return SubmitOutcome(
            OutcomeKind.REFUSED, reference, self._settings.name, (), "", words, Category.FORMAT
        )
