"""A TCP connection cut into PDUs, with one write for all PDUs of a turn of the event loop."""

from __future__ import annotations

import asyncio
from typing import cast

from shared_channels.sms.carriers.errors import FrameError
from shared_channels.sms.carriers.frames import FrameReader


class Stream(asyncio.Protocol):
    """Base of both sides' connections. ``lost`` is done when the connection is gone, with its reason as result."""

    def __init__(self, header: int, cap: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._reader = FrameReader(header, cap)
        self._out: list[bytes] = []
        self._flushing = False
        self._closed = False
        self.transport: asyncio.Transport | None = None
        self.lost: asyncio.Future[str] = self._loop.create_future()
        self.heard_at = self._loop.time()

    def on_frame(self, frame: bytes) -> None:
        """One whole PDU. Raises FrameError when it cannot be read."""
        raise NotImplementedError

    def on_malformed(self, reason: str) -> None:
        """The stream is broken; it is closed right after."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.heard_at = self._loop.time()
        on_frame = self.on_frame
        try:
            for frame in self._reader.feed(data):
                on_frame(frame)
                if self._closed:
                    return
        except FrameError as error:
            self.on_malformed(str(error))
            self.close()

    def connection_lost(self, error: Exception | None) -> None:
        self._closed = True
        if not self.lost.done():
            self.lost.set_result(type(error).__name__ if error else "closed")

    def send(self, data: bytes) -> None:
        """Writes at the end of this turn of the loop, in order."""
        self._out.append(data)
        if not self._flushing:
            self._flushing = True
            self._loop.call_soon(self.flush)

    def flush(self) -> None:
        """Writes what is collected."""
        self._flushing = False
        if self._out and self.transport is not None and not self.transport.is_closing():
            self.transport.write(b"".join(self._out))
        self._out.clear()

    def close(self) -> None:
        """Closes after what is collected was written; nothing is read any more."""
        if self._closed:
            return
        self._closed = True
        self.flush()
        if self.transport is not None:
            self.transport.close()
            self._loop.call_later(
                2.0, self.transport.abort
            )  # a peer that reads nothing must not hold the socket

    def abort(self) -> None:
        """Closes at once."""
        self._closed = True
        if self.transport is not None:
            self.transport.abort()
