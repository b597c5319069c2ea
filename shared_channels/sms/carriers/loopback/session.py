"""One connection of a loopback carrier."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Hashable
from typing import Protocol

from shared_channels.sms.carriers.gateway import Answered, Gateway, Login, Simple, Submission
from shared_channels.sms.carriers.link.stream import Stream
from shared_channels.sms.carriers.loopback.counts import Counts
from shared_channels.sms.carriers.loopback.moods import Mood
from shared_channels.sms.carriers.loopback.outbox import Outgoing

_LOGIN_S = 30.0
_CAP = 70_000


class Host(Protocol):
    """What a session needs of the carrier it belongs to."""

    mood: Mood
    counts: Counts
    sessions: set[Session]

    def logged_in(self, session: Session, login: Login) -> None: ...
    def submitted(self, session: Session, submission: Submission) -> None: ...
    def bring_waiting(self) -> None: ...
    def gone(self, session: Session) -> None: ...


class Session(Stream):
    """Reads what the client says; the carrier decides, the session writes."""

    def __init__(self, carrier: Host, gateway: Gateway) -> None:
        super().__init__(gateway.header, _CAP)
        self.carrier = carrier
        self.gateway = gateway
        self.logged_in = False
        self.receives = True
        self.unanswered: dict[Hashable, Outgoing] = {}
        self.in_hand = 0
        self._timer: asyncio.TimerHandle | None = None
        self._pieces: deque[bytes] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.carrier.sessions.add(self)
        self.carrier.counts.connections += 1
        self._timer = self._loop.call_later(_LOGIN_S, self._too_late)

    def _too_late(self) -> None:
        if not self.logged_in:
            self.close()

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        if self._timer is not None:
            self._timer.cancel()
        self.carrier.gone(self)

    def on_malformed(self, reason: str) -> None:
        self.carrier.counts.malformed += 1

    def on_frame(self, frame: bytes) -> None:
        incoming = self.gateway.read(frame)
        if isinstance(incoming, Submission):
            if self.logged_in:
                self.carrier.submitted(self, incoming)
            else:
                self.close()
        elif isinstance(incoming, Answered):
            self._answered(incoming)
        elif isinstance(incoming, Login):
            self.carrier.logged_in(self, incoming)
        else:
            self._simple(incoming)

    def _answered(self, answered: Answered) -> None:
        outgoing = self.unanswered.pop(answered.key, None)
        if outgoing is None:
            return
        if answered.code == 0:
            self.carrier.counts.reports_answered += outgoing.is_report
        else:
            self.carrier.counts.reports_refused += outgoing.is_report

    def _simple(self, simple: Simple) -> None:
        if simple.name == "ping":
            self.carrier.counts.pings += 1
            if self.carrier.mood.silent:
                return
        if simple.answer:
            self.send(simple.answer)
        if simple.ends:
            self.close()

    def flush(self) -> None:
        """In small pieces when the mood says so, so that the other side meets every cut."""
        size = self.carrier.mood.fragment
        if not size:
            super().flush()
            return
        data = b"".join(self._out)
        self._out.clear()
        self._flushing = False
        idle = not self._pieces
        self._pieces.extend(data[start : start + size] for start in range(0, len(data), size))
        if self._closed and self.transport is not None:
            self.transport.write(b"".join(self._pieces))
            self._pieces.clear()
        elif idle and self._pieces:
            self._loop.call_soon(self._trickle)

    def _trickle(self) -> None:
        """One piece in each turn of the loop."""
        if not self._pieces or self.transport is None or self.transport.is_closing():
            return
        self.transport.write(self._pieces.popleft())
        if self._pieces:
            self._loop.call_soon(self._trickle)
