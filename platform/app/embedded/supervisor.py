"""Keeps processes running on one machine: starts them in order, restarts what dies, ends all together.

For the demo and for a small single-machine installation. Children are signalled at their main process only
(granian hangs when its workers get the signal too) and end by themselves should this process be killed.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Protocol

from app.embedded.child import Child
from app.embedded.errors import EmbeddedError

PATIENCE_SECONDS = 60.0
TICK_SECONDS = 0.1
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Service(Protocol):
    """Something that runs: EmbeddedPostgres, EmbeddedValkey, or a child process made from a ChildSpec."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def name_zh(self) -> str: ...  # noqa: D102
    def start(self) -> None: ...  # noqa: D102
    def alive(self) -> bool: ...  # noqa: D102
    def stop(self) -> None: ...  # noqa: D102


@dataclass(frozen=True)
class ChildSpec:
    """A program to keep running.

    ``ready_probe`` is asked until it says True; without one the child counts as ready at once. ``env`` is
    the whole environment. ``stop_seconds`` is the time it has to end before it is killed; for granian take
    more than its own ``--workers-kill-timeout``.
    """

    name: str
    name_zh: str
    argv: Sequence[str]
    env: Mapping[str, str]
    ready_probe: Callable[[], bool] | None = None
    log: Path | None = None
    ready_seconds: float = PATIENCE_SECONDS
    stop_seconds: float = 20.0
    stop_signal: signal.Signals = signal.SIGTERM


@dataclass(frozen=True)
class Patience:
    """How long a dying child is restarted.

    Waits double from ``first`` to ``longest`` seconds; ``deaths`` in a row end all. A child that lived
    ``healthy`` seconds starts with a clean record.
    """

    first: float = 0.2
    longest: float = 10.0
    deaths: int = 6
    healthy: float = 30.0

    def wait(self, deaths: int) -> float:
        """Seconds before the next start after so many deaths in a row."""
        return float(min(self.longest, self.first * 2 ** (deaths - 1)))


class ChildService:
    """The running side of a ChildSpec."""

    def __init__(self, spec: ChildSpec) -> None:
        self.spec = spec
        self.name, self.name_zh = spec.name, spec.name_zh
        self._child: Child | None = None

    @property
    def pid(self) -> int | None:
        """The main process's id, None when it does not run."""
        return self._child.pid if self._child and self._child.code is None else None

    def alive(self) -> bool:
        """True while the main process runs."""
        return self.pid is not None

    def start(self) -> None:
        """Start it and wait until the probe agrees; raises EmbeddedError when it ends or stays silent."""
        if self._child:
            self._child.sweep()  # workers of a dead main process would keep its port
        self._child = Child(self.spec.argv, env=self.spec.env, log=self.spec.log)
        give_up = time.monotonic() + self.spec.ready_seconds
        while self.spec.ready_probe is not None and not self.spec.ready_probe():
            if not self.alive() or time.monotonic() > give_up:
                self.stop()
                raise EmbeddedError(f"{self.name_zh}没有启动成功{self._where()}。")
            time.sleep(TICK_SECONDS)

    def stop(self) -> None:
        """End it."""
        if self._child:
            self._child.stop(self.spec.stop_signal, self.spec.stop_seconds)
            self._child = None

    def _where(self) -> str:
        return f"，原因记录在“{self.spec.log}”的末尾" if self.spec.log else ""


class _Interrupted(BaseException):
    """A signal came while a service was starting."""


@dataclass
class _Watched:
    service: Service
    deaths: int = 0
    started: float = 0.0
    next_start: float = 0.0
    errors: list[str] = field(default_factory=list)


class Supervisor:
    """Runs services until a signal asks it to end, or one of them cannot be kept alive.

    Use it from the main thread: ``Supervisor([...]).run()`` returns the exit code. Order matters: each is
    started when the one before is ready, and they are ended in the opposite order.
    """

    def __init__(
        self,
        services: Sequence[Service | ChildSpec],
        *,
        say: Callable[[str], None] = print,
        patience: Patience | None = None,
    ) -> None:
        made = [ChildService(one) if isinstance(one, ChildSpec) else one for one in services]
        self._watched = [_Watched(one) for one in made]
        self._say = say
        self._patience = patience or Patience()
        self._asked_to_end = False
        self._starting = False

    def run(self, *, when_ready: Callable[[], None] | None = None) -> int:
        """Start all, call ``when_ready`` once, keep all alive.

        0 after a signal, 1 after one plain message.
        """
        before = {number: signal.signal(number, self._on_signal) for number in STOPS}
        try:
            self._start_all()
            if when_ready and not self._asked_to_end:
                when_ready()
            while not self._asked_to_end:
                self._look_after()
                time.sleep(TICK_SECONDS)
            return 0
        except _Interrupted:
            return 0
        except EmbeddedError as error:
            self._say(str(error))
            return 1
        finally:
            self.stop()
            for number, handler in before.items():
                signal.signal(number, handler)

    def stop(self) -> None:
        """End all, the last started first."""
        for watched in reversed(self._watched):
            watched.service.stop()

    def end(self) -> None:
        """Ask ``run`` to return; for callers in ``when_ready`` and for tests."""
        self._asked_to_end = True

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._asked_to_end = True
        if (
            self._starting
        ):  # a start may wait a minute for its server; nobody should wait that long after Ctrl-C
            self._starting = False
            raise _Interrupted

    def _start_all(self) -> None:
        for watched in self._watched:
            self._start(watched)

    def _look_after(self) -> None:
        now = time.monotonic()
        for watched in self._watched:
            if watched.service.alive():
                if watched.deaths and now - watched.started > self._patience.healthy:
                    watched.deaths = 0
            elif not watched.next_start:
                watched.deaths += 1
                if watched.deaths >= self._patience.deaths:
                    raise EmbeddedError(self._given_up(watched))
                watched.next_start = now + self._patience.wait(watched.deaths)
            elif now >= watched.next_start:
                self._start_again(watched)

    def _start_again(self, watched: _Watched) -> None:
        watched.next_start = 0.0
        try:
            self._start(watched)
        except EmbeddedError as error:
            watched.errors.append(str(error))

    def _start(self, watched: _Watched) -> None:
        self._starting = True
        try:
            if not self._asked_to_end:
                watched.service.start()
        finally:
            self._starting = False
            watched.started = time.monotonic()

    def _given_up(self, watched: _Watched) -> str:
        why = watched.errors[-1] if watched.errors else "它一启动就结束，请查看它的日志。"
        return f"{watched.service.name_zh}连续 {watched.deaths} 次没能保持运行，平台已停止。{why}"
