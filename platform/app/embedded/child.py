"""A child process that ends when we end, and that we end by its main process id only."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.embedded.account import Account

LAUNCH = Path(__file__).with_name("launch.py")


class Child:
    """A running program in a session of its own, so that Ctrl-C at the terminal reaches us and not it.

    Create it from the main thread: the tie to the parent is a tie to the thread that made it.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        log: Path | None = None,
        account: Account | None = None,
        on_parent_death: signal.Signals = signal.SIGTERM,
    ) -> None:
        uid, gid = (account.uid, account.gid) if account else (-1, -1)
        tie = [str(os.getpid()), str(int(on_parent_death)), str(uid), str(gid)]
        output = _open_log(log) if log else None
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(LAUNCH), *tie, *argv],
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        finally:
            if output is not None:
                os.close(output)

    @property
    def pid(self) -> int:
        """The main process's id."""
        return self._process.pid

    @property
    def code(self) -> int | None:
        """The exit code, None while it runs; a negative number is the signal that ended it."""
        return self._process.poll()

    def stop(self, how: signal.Signals, timeout: float) -> None:
        """Ask the main process to end; after ``timeout`` seconds kill it and all that it left behind.

        Only the main process is signalled first: granian hangs when its workers get the signal too.
        """
        if self.code is None:
            self._process.send_signal(how)
        try:
            self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self.sweep()
        self._process.wait()

    def sweep(self) -> None:
        """Kill what is left of the child's process group."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return


def _open_log(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
