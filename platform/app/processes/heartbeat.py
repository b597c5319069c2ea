"""A small file for each process that says when it was last alive and what it is waiting for: read by `gjj doctor` and by tests."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

STALE_S = 20.0
EVERY_S = 2.0


@dataclass(frozen=True)
class Beat:
    """What a process last said. `state` is starting, running or waiting; `facts` are codes and numbers."""

    process: str
    pid: int
    at: float
    state: str
    facts: dict[str, Any]

    @property
    def stale(self) -> bool:
        """Whether it has been silent for too long."""
        return time.time() - self.at > STALE_S

    @property
    def gone(self) -> bool:
        """Whether the process ended without saying so."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            return False
        return False


class Heartbeat:
    """Writes the file at most every two seconds, or at once when the state changes. A full disk never stops the process."""

    def __init__(self, folder: Path, process: str) -> None:
        self._file = folder / f"{process}.json"
        self._process = process
        self._state, self._written = "", 0.0
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def say(self, state: str, **facts: Any) -> None:
        """Alive, in that state."""
        now = time.time()
        if state == self._state and now - self._written < EVERY_S:
            return
        self._state, self._written = state, now
        text = json.dumps(asdict(Beat(self._process, os.getpid(), now, state, facts)), ensure_ascii=False)
        aside = self._file.with_suffix(f".{os.getpid()}.new")
        with suppress(OSError):
            aside.write_text(text, encoding="utf-8")
            os.replace(aside, self._file)

    def gone(self) -> None:
        """The process ends in good order."""
        with suppress(OSError):
            self._file.unlink(missing_ok=True)


def read(folder: Path, process: str) -> Beat | None:
    """The last beat of a process; None when it never beat or ended in good order."""
    try:
        return Beat(**json.loads((folder / f"{process}.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
