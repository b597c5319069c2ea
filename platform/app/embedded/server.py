"""What the embedded servers have in common: a locked folder, a port, a child, and patience at start."""

from __future__ import annotations

import os
import secrets
import signal
import time
from abc import ABC, abstractmethod
from enum import Enum, auto
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from app.embedded import place, ports
from app.embedded.account import service_account
from app.embedded.child import Child
from app.embedded.errors import AlreadyRunning, DiskFull, EmbeddedError, PortTaken
from app.embedded.lock import FolderLock

LOG_KEPT_BYTES = 20_000_000
# Nothing of the caller's environment reaches the server; its messages stay English, so that they can be
# told apart.
ENV = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class Reason(Enum):
    """Why a server ended before it was ready."""

    PORT_TAKEN = auto()
    DISK_FULL = auto()
    STILL_HELD = auto()  # a killed predecessor is not quite gone: try again
    OTHER = auto()


class EmbeddedServer(ABC):
    """A database server as a direct child of this process.

    ``port`` None means the default one or the next that is free; a number means that one or PortTaken.
    ``fast`` gives up durability: for tests only. All methods belong to the main thread. A server that died
    is started again by ``start()``, on the same port.
    """

    name: ClassVar[str]
    name_zh: ClassVar[str]
    default_port: ClassVar[int]
    how_to_stop: ClassVar[signal.Signals]
    ready_seconds: ClassVar[float] = 300.0  # after a crash the server first replays its log
    held_seconds: ClassVar[float] = 30.0

    def __init__(self, data_dir: Path, port: int | None = None, *, fast: bool = False) -> None:
        self.data_dir = Path(data_dir).absolute()
        self.fast = fast
        self.account = service_account()
        self.log = self.data_dir / f"{self.name}.log"
        self._wished_port = port
        self._port = port
        self._lock = FolderLock(self.data_dir)
        self._child: Child | None = None

    @property
    def port(self) -> int:
        """The port in use; known after the first start."""
        if self._port is None:
            raise EmbeddedError(f"{self.name_zh}还没有启动。")
        return self._port

    @property
    def pid(self) -> int | None:
        """The main process's id, None when it does not run."""
        return self._child.pid if self._child and self._child.code is None else None

    def alive(self) -> bool:
        """True while the main process runs."""
        return self.pid is not None

    @property
    def password(self) -> str:
        """The password of the all-powerful user, made once for each data folder and kept in a 0600 file."""
        file = self.data_dir / "password"
        if not file.exists():
            place.write_private(file, secrets.token_urlsafe(32))
        return file.read_text(encoding="utf-8").strip()

    @property
    def place(self) -> Path:
        """The folder that holds the server's own files: ``data_dir``, or what its file ``place`` names."""
        return place.resolve(self.data_dir, self.account, lasting=not self.fast)

    def start(self) -> None:
        """Start and wait until it answers. Raises an EmbeddedError whose text is one plain sentence."""
        if self.alive():
            return
        place.make_data_dir(self.data_dir, self.account)
        self._lock.acquire()
        try:
            self._prepare_or_say_full()
            self._start_patiently()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the server cleanly and let others use the folder."""
        if self._child:
            self._child.stop(self.how_to_stop, timeout=60)
            self._child = None
        self._lock.release()

    def remove(self) -> None:
        """Stop, then delete the folder with all data in it, wherever they lie."""
        self.stop()
        place.remove(self.data_dir)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # What differs.

    @abstractmethod
    def prepare(self) -> None:
        """Create what is missing in the place; called at each start, with the lock held."""

    @abstractmethod
    def configure(self) -> None:
        """Write the configuration for the present port."""

    @abstractmethod
    def argv(self) -> list[str]:
        """The command that becomes the server."""

    @abstractmethod
    def is_ready(self) -> bool:
        """True when the running child answers."""

    @abstractmethod
    def reason(self, log: str) -> Reason:
        """What the log says about an early end."""

    # What is the same.

    def _prepare_or_say_full(self) -> None:
        try:
            self.prepare()
        except OSError as error:
            if error.errno == 28:  # ENOSPC
                raise DiskFull(str(self.data_dir)) from None
            raise

    def _start_patiently(self) -> None:
        give_up = time.monotonic() + self.held_seconds
        while True:
            self._choose_port()
            self.configure()
            match self._try_once():
                case None:
                    return
                case Reason.PORT_TAKEN:
                    if self._wished_port is not None or time.monotonic() > give_up:
                        raise PortTaken(self.port)
                    self._port = ports.next_free(self.port + 1)
                case Reason.DISK_FULL:
                    raise DiskFull(str(self.data_dir))
                case Reason.STILL_HELD:
                    if time.monotonic() > give_up:
                        raise AlreadyRunning(str(self.data_dir))
                    time.sleep(0.2)
                case Reason.OTHER:
                    raise EmbeddedError(f"{self.name_zh}没有启动成功，原因记录在“{self.log}”的末尾。")

    def _choose_port(self) -> None:
        if self._port is None:
            self._port = ports.next_free(self.default_port)
        elif not ports.is_free(self._port):
            if self._wished_port is not None:
                raise PortTaken(self._port)
            self._port = ports.next_free(self._port + 1)

    def _try_once(self) -> Reason | None:
        begin = self._rotate_log()
        self._child = Child(
            self.argv(), env=ENV, log=self.log, account=self.account, on_parent_death=self.how_to_stop
        )
        give_up = time.monotonic() + self.ready_seconds
        while time.monotonic() < give_up:
            if self._child.code is not None:
                self._child.sweep()
                with self.log.open("rb") as log:
                    log.seek(begin)
                    return self.reason(log.read().decode("utf-8", "replace"))
            if self.is_ready():
                return None
            time.sleep(0.02)
        return Reason.OTHER

    def _rotate_log(self) -> int:
        """Move a big log aside; the place in the log where the coming start begins."""
        if not self.log.exists():
            return 0
        size = self.log.stat().st_size
        if size < LOG_KEPT_BYTES:
            return size
        os.replace(self.log, self.log.with_suffix(".log.1"))
        return 0
