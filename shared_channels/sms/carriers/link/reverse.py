"""SGIP's connection back: the gateway connects to the provider to bring reports and uplink messages."""

from __future__ import annotations

import asyncio
from hmac import compare_digest

from shared_channels.sms.carriers.dialect import Bye, Delivery
from shared_channels.sms.carriers.link.intake import Intake, Repeats
from shared_channels.sms.carriers.link.journal import Journal
from shared_channels.sms.carriers.link.stream import Stream
from shared_channels.sms.carriers.settings import LinkSettings
from shared_channels.sms.carriers.sgip import pdus, wire
from shared_channels.sms.carriers.sgip.inbound import read_inbound

_LOGIN_S = 30.0
_IDLE_S = 120.0
_MAX_CONNECTIONS = 32


class ReverseListener:
    """Listens where the gateway is told to connect."""

    def __init__(self, settings: LinkSettings, intake: Intake, journal: Journal) -> None:
        self.settings = settings
        self.intake = intake
        self.journal = journal
        self.open: set[ReverseConnection] = set()
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The real port, once started."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server and self._server.sockets else 0

    async def start(self) -> None:
        """Begins to listen. Raises OSError when the port is taken."""
        loop = asyncio.get_running_loop()
        host = self.settings.listen_host or "0.0.0.0"  # noqa: S104
        port = max(0, self.settings.listen_port)
        self._server = await loop.create_server(lambda: ReverseConnection(self), host, port)
        self.journal.tell("listening", f"已在 {self.port} 端口等待网关回连", port=self.port)

    async def stop(self) -> None:
        """Closes the port and what is connected."""
        if self._server is not None:
            self._server.close()
            for connection in tuple(self.open):
                connection.close()
            await self._server.wait_closed()

    def admits(self, bind: pdus.Bind) -> int:
        """Result of the gateway's bind: 0, 1 wrong name or password (strict links only), 4 wrong type."""
        settings = self.settings
        if bind.kind != 2:
            self.journal.tell(
                "reverse_type_differs", "网关回连的登录类型不是 2", trouble=True, kind=bind.kind
            )
            if settings.strict:
                return 4
        name = settings.account if settings.reverse_account is None else settings.reverse_account
        secret = settings.secret if settings.reverse_secret is None else settings.reverse_secret
        same = compare_digest(bind.name.encode(), name.encode()) & compare_digest(
            bind.password.encode(), secret.encode()
        )
        if not same:
            self.journal.tell(
                "reverse_login_differs", "网关回连的登录名或口令不一致", trouble=True, strict=settings.strict
            )
        return 1 if settings.strict and not same else 0


class ReverseConnection(Stream):
    """One connection of the gateway. It may idle out; the gateway comes again when it has something."""

    def __init__(self, listener: ReverseListener) -> None:
        super().__init__(20, listener.settings.frame_cap)
        self._listener = listener
        self._bound = False
        self._repeats = Repeats()
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if len(self._listener.open) >= _MAX_CONNECTIONS:
            self._listener.journal.tell("reverse_too_many", "网关回连的连接过多，已拒绝", trouble=True)
            self.abort()
            return
        self._listener.open.add(self)
        self._listener.journal.tell("reverse_connected", "网关已回连")
        self._timer = self._loop.call_later(_LOGIN_S, self._watch)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._listener.open.discard(self)
        if self._timer is not None:
            self._timer.cancel()

    def _watch(self) -> None:
        quiet = self._loop.time() - self.heard_at
        if not self._bound or quiet >= _IDLE_S:
            self.close()
        else:
            self._timer = self._loop.call_later(_IDLE_S - quiet, self._watch)

    def on_frame(self, frame: bytes) -> None:
        _, command, sequence = wire.HEADER.unpack_from(frame)
        if command == wire.BIND:
            result = self._listener.admits(pdus.Bind.read(frame[20:]))
            self.send(wire.frame(wire.BIND_RESP, sequence, pdus.Result(result).pack()))
            self._bound = result == 0
            self._listener.journal.tell("reverse_bound", "网关回连登录", trouble=result != 0, result=result)
            if result:
                self.close()
        elif not self._bound and command != wire.UNBIND:
            self._listener.journal.tell(
                "reverse_unbound", "网关回连后没有登录就发送数据，已关闭", trouble=True
            )
            self.close()
        else:
            self._bound_frame(command, sequence, frame[20:])

    def _bound_frame(self, command: int, sequence: bytes, body: bytes) -> None:
        incoming = read_inbound(command, sequence, body, self._listener.settings.name)
        if isinstance(incoming, Delivery):
            self._listener.intake.take(self, self._repeats, incoming)
        elif isinstance(incoming, Bye):
            self.send(incoming.answer)
            self.close()

    def on_malformed(self, reason: str) -> None:
        self._listener.journal.tell(
            "reverse_malformed", "网关回连发来无法解析的报文，已关闭", trouble=True, reason=f"'{reason}'"
        )
