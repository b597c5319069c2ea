"""A demo as its operator runs it: a process of its own, watched through its output and its files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_S = 300.0
END_S = 60.0


def environment() -> dict[str, str]:
    """What a terminal would hand over, with the checkout importable."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR") if key in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "PYTHONPATH": os.pathsep.join([str(ROOT / "platform"), str(ROOT)])}


def gjj(*arguments: str, timeout: float = START_S) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "app.cli", *arguments],
        env=environment(), cwd="/", capture_output=True, text=True, timeout=timeout, check=False,
    )  # fmt: skip


def wait_until(true: Callable[[], object], seconds: float = START_S) -> None:
    """Wait, or fail."""
    give_up = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < give_up, "waited too long"
        time.sleep(0.1)


def gone(pid: int) -> bool:
    """Whether a process has ended; one that only waits to be collected has."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def family(pid: int) -> set[int]:
    """Every process below that one."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (
                    (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
                )
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        for child in parents.get(waiting.pop(), []):
            found.add(child)
            waiting.append(child)
    return found


class DemoProcess:
    """`gjj demo` in the background; its output is a file beside the data folder."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self.folder = folder
        self.output = folder.parent / f"{folder.name}.out"
        with self.output.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "app.cli", "demo", "--data", str(folder), "--fast", *arguments],
                env=environment(), cwd="/", stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    @property
    def said(self) -> str:
        """Everything it has printed."""
        return self.output.read_text(encoding="utf-8")

    @property
    def note(self) -> dict[str, Any]:
        """Its demo.json; empty before there is one."""
        try:
            found: dict[str, Any] = json.loads((self.folder / "demo.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return found

    def wait_ready(self) -> None:
        """Until the story has been played; fails at once when the demo ends."""
        wait_until(lambda: self._mine() or self.process.poll() is not None)
        assert self.process.poll() is None, self.said

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        """As Ctrl-C does it: to the whole group of the terminal."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, how)
        return self.process.wait(END_S)

    def beat_pid(self, process: str) -> int:
        """The process id that a process last wrote down; 0 when it has not."""
        try:
            return int(
                json.loads((self.folder / "run" / f"{process}.json").read_text(encoding="utf-8"))["pid"]
            )
        except (FileNotFoundError, json.JSONDecodeError):
            return 0

    def _mine(self) -> bool:
        note = self.note
        return bool(note.get("ready")) and note.get("pid") == self.process.pid
