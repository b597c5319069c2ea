"""One number for one request: on the page, in the answer's header, in every log line, in error reports."""

from __future__ import annotations

import re
import secrets

import structlog
from flask import Flask, g, has_request_context, request

from kernel.web.settings import web_settings

HEADER = "X-Request-Id"
_SHAPE = re.compile(r"[A-Za-z0-9-]{8,64}\Z")


def request_id() -> str:
    """The number of the current request; empty outside one."""
    return str(g.get("request_id", "")) if has_request_context() else ""


def _begin() -> None:
    given = request.headers.get(HEADER, "")
    believed = web_settings().trusted_proxies > 0 and _SHAPE.match(given)
    g.request_id = given if believed else secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def init_app(app: Flask) -> None:
    app.before_request(_begin)
