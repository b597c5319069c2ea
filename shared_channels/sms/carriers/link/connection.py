"""One connection of a link: from log-in to loss."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from shared_channels.sms.carriers.dialect import (
    Bye,
    ByeAnswer,
    Delivery,
    Dialect,
    LoginAnswer,
    Other,
    Ping,
    Pong,
    SubmitAnswer,
)
from shared_channels.sms.carriers.link.intake import Intake, Repeats
from shared_channels.sms.carriers.link.journal import Journal
from shared_channels.sms.carriers.link.stream import Stream
from shared_channels.sms.carriers.ports import LinkCounts


class Connection(Stream):
    """Reads what the gateway says and gives it to those whom it concerns."""

    def __init__(
        self,
        dialect: Dialect,
        intake: Intake,
        counts: LinkCounts,
        journal: Journal,
        answered: Callable[[SubmitAnswer], None],
    ) -> None:
        super().__init__(dialect.header, dialect.settings.frame_cap)
        self.dialect = dialect
        self._intake = intake
        self._counts = counts
        self._journal = journal
        self._answered = answered
        self._repeats = Repeats()
        self.login: asyncio.Future[LoginAnswer] = self._loop.create_future()
        self.bye_answered: asyncio.Future[None] = self._loop.create_future()
        self.pinged_at: float | None = None
        self.misses = 0

    def on_frame(self, frame: bytes) -> None:
        incoming = self.dialect.read(frame)
        if isinstance(incoming, SubmitAnswer):
            self._answered(incoming)
        elif isinstance(incoming, Delivery):
            self._intake.take(self, self._repeats, incoming)
        elif isinstance(incoming, Ping):
            self.send(incoming.answer)
        elif not isinstance(incoming, Pong):
            self._rare(incoming)

    def _rare(self, incoming: LoginAnswer | Bye | ByeAnswer | Other) -> None:
        if isinstance(incoming, LoginAnswer):
            if not self.login.done():
                self.login.set_result(incoming)
        elif isinstance(incoming, Bye):
            self._journal.tell("gateway_bye", "网关要求结束会话")
            self.send(incoming.answer)
            self.close()
        elif isinstance(incoming, ByeAnswer):
            if not self.bye_answered.done():
                self.bye_answered.set_result(None)
        else:
            self._journal.tell("unused_command", incoming.words, trouble=True)
            if incoming.answer:
                self.send(incoming.answer)

    def on_malformed(self, reason: str) -> None:
        self._counts.malformed += 1
        self._journal.tell(
            "malformed", "收到无法解析的报文，关闭连接后重连", trouble=True, reason=f"'{reason}'"
        )

    def ping(self, now: float) -> bool:
        """Sends a keep-alive; False where the protocol has none."""
        data = self.dialect.ping()
        if data is None:
            return False
        self.pinged_at = now
        self.send(data)
        return True

    async def say_bye(self, timeout_s: float) -> None:
        """Ends the session in the protocol's way and closes."""
        if not self.lost.done() and not self._closed:
            self.send(self.dialect.bye())
            waits: set[asyncio.Future[None] | asyncio.Future[str]] = {self.bye_answered, self.lost}
            await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        self.close()
        await asyncio.wait({self.lost}, timeout=1.0)
