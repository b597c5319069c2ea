"""One line per request, and one per failure, without anything a person typed.

The line has the route's pattern, never the path or query (they may hold a name or a number), and no address of
the caller: who did what stands in the audit log. Failures are logged as types and places; messages of exceptions
are left out because those of the database hold row values.
"""

from __future__ import annotations

import time
import traceback
from types import TracebackType

import structlog
from flask import Flask, Response, g, request
from jinja2 import TemplateError

access = structlog.get_logger("gjj.access")
failure = structlog.get_logger("gjj.failure")

_FRAMES = 12


def _begin() -> None:
    g.begun = time.perf_counter()


def write(response: Response) -> None:
    """Write the line of the request that ends with `response`."""
    begun = g.get("begun")
    access.info(
        "request",
        method=request.method,
        route=request.url_rule.rule if request.url_rule is not None else "(none)",
        endpoint=request.endpoint,
        status=response.status_code,
        ms=None if begun is None else round((time.perf_counter() - begun) * 1000, 1),
        bytes=response.content_length,
        shed=g.get("shed"),
        request_id=g.get("request_id"),
    )


def places(trace: TracebackType | None) -> list[str]:
    """Where it happened, innermost last: `file:line function`, no source text, no values."""
    frames = traceback.extract_tb(trace)[-_FRAMES:]
    return [f"{'/'.join(f.filename.split('/')[-3:])}:{f.lineno} {f.name}" for f in frames]


def kinds(error: BaseException | None) -> list[str]:
    """The exception's type and those it came from, with the SQLSTATE where there is one."""
    found: list[str] = []
    while error is not None and len(found) < 6:
        state = getattr(error, "sqlstate", None)
        found.append(type(error).__qualname__ + (f"[{state}]" if state else ""))
        error = error.__cause__ or error.__context__
    return found


def write_failure(error: BaseException) -> None:
    """Log an exception nobody expected."""
    failure.error(
        "failure",
        kinds=kinds(error),
        places=places(error.__traceback__),
        template=error.message if isinstance(error, TemplateError) else None,
        endpoint=request.endpoint,
        method=request.method,
        request_id=g.get("request_id"),
    )


def init_app(app: Flask) -> None:
    app.before_request(_begin)
