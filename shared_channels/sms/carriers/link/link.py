"""The life of a link: connect, log in, keep alive, notice trouble, come back. Implements the port for all protocols."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from random import Random

from shared_channels.sms.carriers.dialect import Dialect, LoginAnswer
from shared_channels.sms.carriers.errors import LoginRefused
from shared_channels.sms.carriers.link.backoff import Backoff
from shared_channels.sms.carriers.link.connection import Connection
from shared_channels.sms.carriers.link.flights import NOT_SENT_WORDS
from shared_channels.sms.carriers.link.intake import Intake
from shared_channels.sms.carriers.link.journal import Journal
from shared_channels.sms.carriers.link.sender import Sender
from shared_channels.sms.carriers.ports import (
    LinkCounts,
    LinkHandlers,
    LinkState,
    OutgoingMessage,
    SubmitOutcome,
)
from shared_channels.sms.carriers.settings import LinkSettings

_TICK_S = 0.1
_HELD_S = 5.0
_OPEN = frozenset({LinkState.UP, LinkState.SUSPECT})


class Link:
    """One line to one gateway; see :class:`shared_channels.sms.carriers.ports.CarrierLink`.

    Make it inside a running event loop. ``dialect`` makes the protocol's knowledge anew for each connection. A link with
    ``idle_close_s`` opens only when there is something to send.
    """

    def __init__(
        self,
        settings: LinkSettings,
        handlers: LinkHandlers,
        dialect: Callable[[], Dialect],
        random: Random | None = None,
    ) -> None:
        self._settings = settings
        self._handlers = handlers
        self._make_dialect = dialect
        self._counts = LinkCounts()
        self.journal = Journal(settings.name, handlers)
        self.intake = Intake(handlers, self._counts, self.journal)
        self.sender = Sender(settings, handlers, self._counts, self.journal)
        self._blank = dialect()
        self._blank.login()  # a value that fits no field is told to the caller, not to the background
        self._backoff = Backoff(settings.backoff_first_s, settings.backoff_max_s, random or Random())
        self._state = LinkState.DOWN
        self._changed = asyncio.Event()
        self._wanted = asyncio.Event()
        self._stopping = asyncio.Event()
        self._connection: Connection | None = None
        self._runner: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        return self._settings.name

    @property
    def state(self) -> LinkState:
        return self._state

    @property
    def room(self) -> int:
        if self._state is LinkState.IDLE:
            return self._settings.window
        return self.sender.room

    @property
    def in_flight(self) -> int:
        return self.sender.in_flight

    @property
    def counts(self) -> LinkCounts:
        return self._counts

    async def start(self) -> None:
        if self._runner is None:
            self._runner = asyncio.create_task(self._run(), name=f"link {self.name}")

    async def wait_up(self, timeout_s: float) -> bool:
        deadline = self.sender.loop.time() + timeout_s
        self._wanted.set()
        while self._state not in _OPEN:
            left = deadline - self.sender.loop.time()
            if left <= 0 or self._state is LinkState.STOPPED:
                return False
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), left)
            except TimeoutError:
                return self._state in _OPEN
        return True

    async def probe(self, timeout_s: float) -> bool | None:
        connection, loop = self._connection, self.sender.loop
        if connection is None:
            return None if self._state is LinkState.IDLE else False
        began = loop.time()
        if not connection.ping(began):
            return None
        while loop.time() - began < timeout_s and not connection.lost.done():
            if connection.heard_at > began:
                return True
            await asyncio.sleep(0.01)
        return connection.heard_at > began

    async def submit(self, message: OutgoingMessage) -> SubmitOutcome:
        if not self._takes():
            return self.sender.not_sent(message.reference, NOT_SENT_WORDS)
        self._wanted.set()
        connection = self._connection
        dialect = self._blank if connection is None else connection.dialect
        return await self.sender.add(message, dialect)

    def _takes(self) -> bool:
        if self._stopping.is_set():
            return False
        if self._state in _OPEN:
            return True
        return self._settings.idle_close_s > 0 and self._state in (LinkState.IDLE, LinkState.CONNECTING)

    async def stop(self, *, grace_s: float = 5.0) -> None:
        self._stopping.set()
        self._wanted.set()
        loop = self.sender.loop
        deadline = loop.time() + grace_s
        while not self.sender.is_quiet and self._state in _OPEN and loop.time() < deadline:
            await asyncio.sleep(0.01)
        self.sender.release()
        await self.intake.drain()
        if self._connection is not None:
            await self._connection.say_bye(min(2.0, max(0.1, grace_s)))
        if self._runner is not None:
            await asyncio.wait({self._runner}, timeout=1.0)
            self._runner.cancel()
            await asyncio.gather(self._runner, return_exceptions=True)
        self._set_state(LinkState.STOPPED, "线路已停用")

    def _set_state(self, state: LinkState, words: str) -> None:
        if state is not self._state:
            self._state = state
            self._changed.set()
            self._handlers.on_state(state, words)

    async def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                if self._settings.idle_close_s > 0 and self.sender.is_quiet:
                    await self._sleep_idle()
                    if self._stopping.is_set():
                        break
                pause = await self._once()
                if pause:
                    await self._pause(pause)
        finally:
            self.sender.detach()

    async def _sleep_idle(self) -> None:
        self._set_state(LinkState.IDLE, "线路空闲，有短信时再连接")
        await self._wanted.wait()

    async def _pause(self, seconds: float) -> None:
        """Waits before the next attempt, or until the link is stopped."""
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    async def _once(self) -> float:
        """One connection from beginning to end; returns the seconds to wait before the next."""
        self._set_state(LinkState.CONNECTING, "正在连接网关")
        refused = 0.0
        try:
            connection = await self._connect()
        except LoginRefused as error:
            self._counts.refused_logins += 1
            self.journal.tell("login_refused", f"登录未成功：{error.words}", trouble=True, code=error.code)
            refused = self._settings.refused_backoff_s
        except (OSError, UnicodeError) as error:
            words = "连接网关超时" if isinstance(error, TimeoutError) else "连接不上网关"
            self.journal.tell("connect_failed", words, trouble=True, error=type(error).__name__)
        else:
            began = self.sender.loop.time()
            idle = await self._serve(connection)
            held = self.sender.loop.time() - began >= _HELD_S
            if held or idle:
                self._backoff.reset()
            if idle:
                return 0.0
        self._connection = None
        self.sender.detach()
        self._set_state(LinkState.DOWN, "线路中断，稍后自动重连")
        return self._backoff.next(refused)

    async def _connect(self) -> Connection:
        settings, loop = self._settings, self.sender.loop
        self._counts.connects += 1
        self.journal.tell(
            "connecting", f"正在连接 {settings.host}:{settings.port}", attempt=self._counts.connects
        )

        def make() -> Connection:
            return Connection(
                self._make_dialect(), self.intake, self._counts, self.journal, self.sender.answered
            )

        opening = loop.create_connection(make, settings.host, settings.port)
        _, connection = await asyncio.wait_for(opening, settings.connect_timeout_s)
        try:
            await self._log_in(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    async def _log_in(self, connection: Connection) -> None:
        self.journal.tell("connected", "已连接，正在登录")
        connection.send(connection.dialect.login())
        waits: set[asyncio.Future[LoginAnswer] | asyncio.Future[str]] = {connection.login, connection.lost}
        await asyncio.wait(waits, timeout=self._settings.login_timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if not connection.login.done():
            if connection.lost.done():
                raise LoginRefused(-1, "网关没有应答登录就断开了连接，请核对账号、口令和本机地址")
            raise LoginRefused(-1, "网关在规定时间内没有应答登录")
        answer = connection.login.result()
        for remark in answer.remarks:
            self.journal.tell("login_differs", remark)
        if answer.code:
            raise LoginRefused(answer.code, answer.word.words)
        if answer.authentic is False:
            self.journal.tell(
                "authenticator_differs",
                "网关的认证码与本方计算的不一致",
                trouble=True,
                strict=self._settings.strict,
            )
            if self._settings.strict:
                raise LoginRefused(0, "网关的认证码不一致，本线路设置为不接受")
        words = "网关接受了登录，认证码核对一致" if answer.authentic else "网关接受了登录"
        self.journal.tell("logged_in", words, authentic=answer.authentic)

    async def _serve(self, connection: Connection) -> bool:
        """Until the connection is gone. True when it was closed for quiet."""
        self._connection = connection
        self._set_state(LinkState.UP, "线路正常")
        self.sender.attach(connection, connection.dialect)
        try:
            while not connection.lost.done():
                await asyncio.wait({connection.lost}, timeout=_TICK_S)
                if not connection.lost.done() and self._tick(connection):
                    await self._close_idle(connection)
                    return True
        finally:
            self._connection = None
            connection.close()
        if self._settings.idle_close_s > 0 and self.sender.is_quiet:
            self._wanted.clear()
            self.sender.unplug()
            return True
        self.sender.detach()
        if not self._stopping.is_set():
            self.journal.tell("lost", "与网关的连接中断", trouble=True, reason=connection.lost.result())
        return False

    async def _close_idle(self, connection: Connection) -> None:
        self._connection = None
        self.sender.unplug()
        self._wanted.clear()
        self._set_state(LinkState.IDLE, "线路空闲，有短信时再连接")
        self.journal.tell("idle_closed", "线路空闲，按协议结束会话")
        await connection.say_bye(2.0)

    def _tick(self, connection: Connection) -> bool:
        """Looks after time-outs; True when the link should close for quiet."""
        now, settings, sender = self.sender.loop.time(), self._settings, self.sender
        sender.expire(now)
        self._watch_answers(connection, now)
        if connection.pinged_at is not None:
            self._watch_ping(connection, now)
        elif now - connection.heard_at >= settings.keepalive_s:
            connection.ping(now)
        heard = max(connection.heard_at, sender.moved_at)
        return settings.idle_close_s > 0 and sender.is_quiet and now - heard >= settings.idle_close_s

    def _watch_answers(self, connection: Connection, now: float) -> None:
        oldest = self.sender.oldest()
        stalled = oldest is not None and now - max(oldest, connection.heard_at) >= self._settings.stall_s
        if stalled and self._state is LinkState.UP:
            self._set_state(LinkState.SUSPECT, "网关迟迟没有应答")
            self.journal.tell("stalled", "网关迟迟没有应答", trouble=True, in_flight=self.sender.in_flight)
            if connection.pinged_at is None:
                connection.ping(now)
        elif not stalled and self._state is LinkState.SUSPECT and connection.pinged_at is None:
            self._set_state(LinkState.UP, "线路恢复正常")

    def _watch_ping(self, connection: Connection, now: float) -> None:
        settings, pinged = self._settings, connection.pinged_at
        if pinged is None or connection.heard_at > pinged:
            connection.pinged_at, connection.misses = None, 0
            return
        limit = settings.keepalive_answer_s
        if self._state is LinkState.SUSPECT:
            limit = min(limit, settings.stall_s)
        if now - pinged < limit:
            return
        connection.misses += 1
        self.journal.tell("keepalive_missed", "网关没有应答链路检测", trouble=True, misses=connection.misses)
        if connection.misses >= settings.keepalive_misses:
            connection.abort()
        else:
            connection.ping(now)
