"""Writes down what lines answer and report, many in one transaction. Nothing is dropped while the database is away: a report is
answered to its carrier only after it is stored, and rows in our hand keep their lease."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

import structlog

from shared_channels.sms.dispatch.ports import Away, Store

log = structlog.get_logger("gjj.dispatch")

MOST = 500
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 2.0


class _Entry(NamedTuple):
    kind: str
    row: dict[str, Any]
    done: asyncio.Future[None]


class Refused(Exception):
    """The database will never take this row."""


class Ledger:
    """One for each gateway. `freed` is called after a batch that put rows back into the queue."""

    def __init__(self, store: Store, freed: Callable[[], None]) -> None:
        self._store = store
        self._freed = freed
        self._entries: deque[_Entry] = deque()
        self._news = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self.finished = 0

    def answer(self, row: dict[str, Any]) -> asyncio.Future[None]:
        """What became of a message that we hold."""
        return self._put("answers", row)

    def late(self, row: dict[str, Any]) -> asyncio.Future[None]:
        """An answer that came after we had given it up."""
        return self._put("late", row)

    def report(self, row: dict[str, Any]) -> asyncio.Future[None]:
        """A carrier's report; done when it is stored."""
        return self._put("reports", row)

    def _put(self, kind: str, row: dict[str, Any]) -> asyncio.Future[None]:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._entries.append(_Entry(kind, row, done))
        self._idle.clear()
        self._news.set()
        return done

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._news.wait()
            self._news.clear()
            await asyncio.sleep(0)  # whatever this turn of the loop brings goes along
            while self._entries:
                batch = [self._entries.popleft() for _ in range(min(MOST, len(self._entries)))]
                await self._store_all(batch)
            self._idle.set()

    async def drain(self) -> None:
        """Waits until everything is stored."""
        await self._idle.wait()

    async def _store_all(self, batch: list[_Entry]) -> None:
        pause = _FIRST_PAUSE_S
        while True:
            try:
                await self._store_once(batch)
                return
            except Away as away:
                if away.lasting:
                    await self._split(batch, away.state)
                    return
                if pause == _FIRST_PAUSE_S:
                    log.warning("ledger waits", state=away.state, rows=len(batch))
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_S)

    async def _store_once(self, batch: list[_Entry]) -> None:
        parts: dict[str, list[Any]] = {"answers": [], "late": [], "reports": []}
        for entry in batch:
            parts[entry.kind].append(entry.row)
        # Each late answer of a long message brings all ids known by then: the last one is enough, and one row may come once only.
        late = list({(row["m"], row["a"]): row for row in parts["late"]}.values())
        self.finished += await self._store.record(parts["answers"], late, parts["reports"])
        for entry in batch:
            if not entry.done.done():
                entry.done.set_result(None)
        if any(row["act"] == "again" for row in parts["answers"]):
            self._freed()

    async def _split(self, batch: list[_Entry], state: str) -> None:
        """One row that the database refuses must not hold the others back."""
        if len(batch) > 1:
            middle = len(batch) // 2
            await self._store_all(batch[:middle])
            await self._store_all(batch[middle:])
            return
        log.error("ledger refuses a row", state=state, kind=batch[0].kind)
        if not batch[0].done.done():
            batch[0].done.set_exception(Refused(state))
            batch[0].done.exception()  # read: nobody else may wait for it
