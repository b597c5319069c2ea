"""The control port of a loopback carrier: the page 「演示手机」, the messages as JSON, and moods. Local addresses only.

A page of another site must not reach it through the visitor's browser: the Host must be local, and whatever changes something comes as
JSON, which a foreign page can't send without asking.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import asdict, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from shared_channels.sms.carriers.loopback.carrier import LoopbackCarrier
from shared_channels.sms.carriers.loopback.inbox import Inbox
from shared_channels.sms.carriers.loopback.moods import read_mood
from shared_channels.sms.carriers.loopback.outbox import Outgoing
from shared_channels.sms.carriers.loopback.phone_page import NONCE, phone_list, phone_page
from shared_channels.sms.carriers.text import Alphabet

LOCAL = ("127.0.0.1", "localhost", "[::1]", "::1")
MOST_BYTES = 16_384
_READ_S = 10.0
UCS2 = 8

# What the words of the brief mean in the mood's own names.
SHORT: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "delay": ("answer_delay_ms", lambda value: [0.0, float(value)]), "drop": ("drop_answer", float), "double": ("duplicate_report", float),
    "refuse": ("refuse", float), "die": ("die_after", int),
}  # fmt: skip


class Asked(Exception):
    """The request can't be answered as asked."""

    def __init__(self, status: HTTPStatus, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words


class Control:
    """Serves one carrier."""

    def __init__(self, carrier: LoopbackCarrier, alphabet: Alphabet = Alphabet.ASCII) -> None:
        self._carrier = carrier
        self._usual = carrier.mood
        self._inbox = carrier.inbox = Inbox(alphabet)
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The real port, once started."""
        return int(self._server.sockets[0].getsockname()[1]) if self._server else 0

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Begins to listen. Raises ValueError for an address that is not local."""
        if host not in LOCAL:
            raise ValueError("the control port is for this machine only")
        self._server = await asyncio.start_server(self._serve, host, port, limit=MOST_BYTES)

    async def stop(self) -> None:
        """Closes the port."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_READ_S):
                method, target, headers, body = await _read(reader)
            status, kind, text = self._answer(method, target, headers, body)
        except Asked as asked:
            status, kind, text = asked.status, "text/plain", asked.words
        except (TimeoutError, ValueError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            status, kind, text = HTTPStatus.BAD_REQUEST, "text/plain", "请求内容不完整。"
        nonce = secrets.token_urlsafe(12)
        try:
            page = text.replace(NONCE, nonce) if kind == "text/html" else text
            writer.write(_response(status, kind, page, nonce))
            await writer.drain()
            writer.close()
        except OSError:
            return

    def _answer(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> tuple[HTTPStatus, str, str]:
        host = headers.get("host", "")
        if host.rpartition(":")[0] not in LOCAL and host not in LOCAL:
            raise Asked(HTTPStatus.FORBIDDEN, "只能从本机打开。")
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if method == "GET":
            return self._get(parts.path, query)
        if method == "POST":
            if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
                raise Asked(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "请以 application/json 提交。")
            given = json.loads(body or b"{}")
            if not isinstance(given, dict):
                raise Asked(HTTPStatus.UNPROCESSABLE_ENTITY, "内容应为名称和值。")
            return self._post(parts.path, given)
        raise Asked(HTTPStatus.METHOD_NOT_ALLOWED, "不支持这种操作。")

    def _get(self, path: str, query: dict[str, str]) -> tuple[HTTPStatus, str, str]:
        inbox, phone = self._inbox, query.get("phone", "")
        if path == "/messages":
            found = inbox.of(phone) if phone else inbox.phones()
            return _json({"last": inbox.last, "messages": [each.as_dict() for each in found]})
        if path == "/mood":
            return _json(asdict(self._carrier.mood))
        if path == "/counts":
            return _json(self._carrier.counts.as_dict())
        if path == "/":
            page = (
                phone_page(phone, inbox.of(phone), inbox.last)
                if phone
                else phone_list(inbox.phones(), inbox.last)
            )
            return HTTPStatus.OK, "text/html", page
        raise Asked(HTTPStatus.NOT_FOUND, "没有找到这个页面。")

    def _post(self, path: str, given: dict[str, Any]) -> tuple[HTTPStatus, str, str]:
        if path == "/mood":
            return self._set_mood(given)
        if path == "/reply":
            return self._reply(given)
        raise Asked(HTTPStatus.NOT_FOUND, "没有找到这个页面。")

    def _set_mood(self, given: dict[str, Any]) -> tuple[HTTPStatus, str, str]:
        """`{"reset": true}` first goes back to the mood of the start; short names and the mood's own names may be mixed."""
        base = self._usual if given.pop("reset", False) else self._carrier.mood
        wanted = {}
        for name, value in given.items():
            long, shape = SHORT.get(name, (name, lambda given: given))
            wanted[long] = shape(value)
        try:
            read = read_mood(wanted)
        except (TypeError, ValueError) as error:
            raise Asked(HTTPStatus.UNPROCESSABLE_ENTITY, f"没有这样的设置：{error}") from None
        self._carrier.change_mood(replace(base, **{name: getattr(read, name) for name in wanted}))
        return _json(asdict(self._carrier.mood))

    def _reply(self, given: dict[str, Any]) -> tuple[HTTPStatus, str, str]:
        phone, to, text = (str(given.get(name, "")).strip() for name in ("phone", "to", "text"))
        if not phone.isdigit() or not to.isdigit() or not 0 < len(text) <= 70:
            raise Asked(HTTPStatus.UNPROCESSABLE_ENTITY, "请填写 1 至 70 个字的内容。")
        self._inbox.sent(phone, to, text)
        self._carrier.bring(Outgoing(False, b"", phone, to, "", text.encode("utf-16-be", "replace"), UCS2))
        return _json({"sent": True})


async def _read(reader: asyncio.StreamReader) -> tuple[str, str, dict[str, str], bytes]:
    """One request. Raises Asked when it is too long."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ", 2)
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    size = int(headers.get("content-length", "0"))
    if not 0 <= size <= MOST_BYTES:
        raise Asked(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "内容太长。")
    return method, target, headers, await reader.readexactly(size)


def _json(value: object) -> tuple[HTTPStatus, str, str]:
    return HTTPStatus.OK, "application/json", json.dumps(value, ensure_ascii=False)


def _response(status: HTTPStatus, kind: str, text: str, nonce: str) -> bytes:
    body = text.encode()
    policy = (
        f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}", f"Content-Type: {kind}; charset=utf-8", f"Content-Length: {len(body)}",
        f"Content-Security-Policy: {policy}", "X-Content-Type-Options: nosniff", "Referrer-Policy: no-referrer",
        "Cache-Control: no-store", "Connection: close",
    )  # fmt: skip
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body
