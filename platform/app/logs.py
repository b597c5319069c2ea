"""Logs as JSON lines on standard error, without anything a person typed: exceptions appear as types and places only."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import MutableMapping
from typing import Any

import structlog

from kernel.web.access_log import kinds, places

QUIET = ("alembic", "httpx", "httpcore", "_granian")


def set_up(process: str, *, level: int = logging.INFO) -> None:
    """Route structlog and the standard library's loggers to one JSON stream. Called once, first of all."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_values,
        lambda _, __, event: {"process": process, **event},
    ]
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, *shared, _json()],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name],
            processors=[
                _mark_level,
                *shared,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _json(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    sys.excepthook = lambda kind, error, trace: _unexpected(error)
    threading.excepthook = lambda what: _unexpected(what.exc_value)


def _unexpected(error: BaseException | None) -> None:
    """The interpreter would print messages, and those of the database hold row values."""
    if error is not None and not isinstance(error, KeyboardInterrupt):
        structlog.get_logger("gjj.failure").error(
            "failure", kinds=kinds(error), places=places(error.__traceback__)
        )


def _json() -> Any:
    return structlog.processors.JSONRenderer(ensure_ascii=False)


def _mark_level(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    record = event["_record"]
    if record.exc_info:
        event["exc_info"] = record.exc_info
        # The message of a library's log call may quote the exception, and that of a database holds row values.
        event["event"] = str(record.msg)
    return event


def _without_values(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    found = event.pop("exc_info", None)
    error = found[1] if isinstance(found, tuple) else sys.exc_info()[1] if found is True else found
    if isinstance(error, BaseException):
        event["kinds"], event["places"] = kinds(error), places(error.__traceback__)
    return event
