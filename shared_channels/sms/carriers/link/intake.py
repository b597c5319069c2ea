"""Takes reports and uplink messages in: hands them on, and answers the gateway once they are kept."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Hashable

from shared_channels.sms.carriers.dialect import Delivery
from shared_channels.sms.carriers.link.journal import Journal
from shared_channels.sms.carriers.link.stream import Stream
from shared_channels.sms.carriers.ports import LinkCounts, LinkHandlers

_REMEMBERED = 2048


class Repeats:
    """The PDUs of one connection that were taken in: how many answers each still waits for, 0 when it was answered."""

    __slots__ = ("_open",)

    def __init__(self) -> None:
        self._open: OrderedDict[Hashable, int] = OrderedDict()

    def begin(self, fingerprint: Hashable) -> int | None:
        """None for a new PDU; for a repeated one the answers still owed before it."""
        owed = self._open.get(fingerprint)
        if owed is None:
            self._open[fingerprint] = 1
            if len(self._open) > _REMEMBERED:
                self._open.popitem(last=False)
            return None
        if owed:
            self._open[fingerprint] = owed + 1
        return owed

    def done(self, fingerprint: Hashable) -> int:
        """How many answers are owed now."""
        owed = self._open.get(fingerprint, 1)
        self._open[fingerprint] = 0
        return owed

    def forget(self, fingerprint: Hashable) -> None:
        """It was not kept: a repeated PDU is new."""
        self._open.pop(fingerprint, None)


class Intake:
    """Shared by all connections of a link, the gateway's connection back included."""

    def __init__(self, handlers: LinkHandlers, counts: LinkCounts, journal: Journal) -> None:
        self._handlers = handlers
        self._counts = counts
        self._journal = journal
        self._tasks: set[asyncio.Future[None]] = set()

    def take(self, stream: Stream, repeats: Repeats, delivery: Delivery) -> None:
        """One delivery. A repeated one is answered again and not handed on again."""
        owed = repeats.begin(delivery.fingerprint)
        if owed is not None:
            self._counts.repeats += 1
            if owed == 0:
                stream.send(delivery.answer)
            return
        try:
            kept = self._hand_on(delivery)
        except Exception as error:  # whatever ours raises, the gateway's PDU is not lost: it comes again
            repeats.forget(delivery.fingerprint)
            self._journal.failed("handler_failed", error)
            return
        if kept is None:
            self._answer(stream, repeats, delivery)
            return
        task = asyncio.ensure_future(self._after(kept, stream, repeats, delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _hand_on(self, delivery: Delivery) -> Awaitable[None] | None:
        if delivery.report is not None:
            self._counts.reports += 1
            return self._handlers.on_report(delivery.report)
        if delivery.mo is not None:
            self._counts.mo += 1
            return self._handlers.on_mo(delivery.mo)
        return None

    async def _after(
        self, kept: Awaitable[None], stream: Stream, repeats: Repeats, delivery: Delivery
    ) -> None:
        try:
            await kept
        except Exception as error:
            repeats.forget(delivery.fingerprint)
            self._journal.failed("handler_failed", error)
            return
        self._answer(stream, repeats, delivery)

    def _answer(self, stream: Stream, repeats: Repeats, delivery: Delivery) -> None:
        for _ in range(repeats.done(delivery.fingerprint)):
            stream.send(delivery.answer)

    async def drain(self) -> None:
        """Waits until everything handed on is kept or has failed."""
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
