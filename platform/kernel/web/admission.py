"""Admission (R18): serve what we can well, refuse the rest at once and say when to come back.

Without it a burst of three times the peak left the service at 0 answers per second even after the burst (measured);
with a limit of requests in flight and a drop of those that waited too long it kept its peak rate.

Each class may use a share of the places, so that logging in still works when reports fill the house. A request over its
share waits at most `patience_s`, and only `waiting` of them at a time, because a waiting request holds a thread.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter

from flask import Flask, current_app, g, request

from kernel.errors import Unavailable
from kernel.web.blueprints import PRIORITY
from kernel.web.priority import Priority
from kernel.web.settings import web_settings

EXTENSION = "gjj.admission"
START_HEADER = "X-Request-Start"
_SHARE = {Priority.LOGIN: 1.0, Priority.CITIZEN: 0.85, Priority.CONSOLE: 0.7, Priority.BATCH: 0.4}
_NONSENSE_S = 120.0


class Busy(Unavailable):
    """The house is full. Nothing was done."""

    code = "busy"
    message_zh = "现在办理的人较多，这次请求没有处理。"
    hint_zh = "请稍候几秒再试。您填写的内容没有丢失，也不会重复提交。"


class Admission:
    """Counts requests in flight in this process. Thread-safe."""

    def __init__(self, in_flight: int, *, waiting: int = 1, patience_s: float = 0.05) -> None:
        if in_flight < 1:
            raise ValueError("in_flight must be at least 1")
        self._places = threading.Condition()
        self._limit = in_flight
        self._max_waiting = waiting
        self._patience_s = patience_s
        self._busy = 0
        self._waiting = 0
        self.shed: Counter[str] = Counter()
        """How many were refused, by class name and reason, since the start."""

    @property
    def in_flight(self) -> int:
        """Requests being served now."""
        return self._busy

    def ceiling(self, priority: Priority) -> int:
        """How many may be in flight for `priority` still to get in."""
        return max(1, round(self._limit * _SHARE[priority]))

    def enter(self, priority: Priority) -> bool:
        """Take a place; False when there is none. Whoever entered must call `leave` once."""
        ceiling = self.ceiling(priority)
        with self._places:
            if self._busy >= ceiling and not self._wait(ceiling):
                return False
            self._busy += 1
            return True

    def _wait(self, ceiling: int) -> bool:
        if self._waiting >= self._max_waiting:
            return False
        self._waiting += 1
        try:
            return self._places.wait_for(lambda: self._busy < ceiling, self._patience_s)
        finally:
            self._waiting -= 1

    def leave(self) -> None:
        """Give the place back."""
        with self._places:
            self._busy -= 1
            self._places.notify_all()


def age_s(stamp: str, now: float) -> float | None:
    """Seconds since the front took the request in: `t=1700000000.123` (seconds) or milliseconds. None when unreadable."""
    try:
        arrived = float(stamp.strip().removeprefix("t="))
    except ValueError:
        return None
    if arrived > 1e11:
        arrived /= 1000
    age = now - arrived
    return age if 0 <= age < _NONSENSE_S else None


def priority_of_request() -> Priority:
    """The route's declared class; else console pages, then everyone else as citizens."""
    view = current_app.view_functions.get(request.endpoint or "")
    declared = getattr(view, PRIORITY, None)
    if isinstance(declared, Priority):
        return declared
    return Priority.CONSOLE if request.path.startswith("/console") else Priority.CITIZEN


def retry_after() -> int:
    """Seconds to wait, spread so that those refused together do not come back together."""
    return random.randint(2, 6)


def _shed(priority: Priority, reason: str) -> None:
    g.shed = reason
    current_app.extensions[EXTENSION].shed[f"{priority.name.lower()}.{reason}"] += 1
    raise Busy(retry_after())


def _admit() -> None:
    settings = web_settings()
    priority = priority_of_request()
    if priority is Priority.PROBE:
        return
    if settings.trusted_proxies > 0 and START_HEADER in request.headers:
        age = age_s(request.headers[START_HEADER], time.time())
        if age is not None and age > settings.max_age_s:
            _shed(priority, "waited")
    admission: Admission = current_app.extensions[EXTENSION]
    if not admission.enter(priority):
        _shed(priority, "full")
    g.admitted = True


def _release(_error: BaseException | None) -> None:
    if g.pop("admitted", False):
        current_app.extensions[EXTENSION].leave()


def init_app(app: Flask) -> None:
    settings = web_settings(app)
    app.extensions[EXTENSION] = Admission(
        settings.in_flight, waiting=settings.waiting, patience_s=settings.patience_s
    )
    app.before_request(_admit)
    app.teardown_request(_release)
