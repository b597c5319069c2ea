"""The platform's processes as services of the supervisor: the same list for `gjj demo` and `gjj up`."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

import app
import tenants
from app.embedded.supervisor import ChildService, ChildSpec, Service

NAMES = {
    "worker": "任务处理", "relay": "任务派发", "scheduler": "定时任务", "gateway": "短信网关", "sealer": "日志封存", "web": "网页服务",
}  # fmt: skip
STOP_S = 20.0
READY_S = 60.0

Say = Callable[[str], None]


@dataclass
class Announced:
    """A service that says when it starts and when it had to be started again."""

    service: Service
    say: Say
    started: bool = False

    @property
    def name(self) -> str:
        return self.service.name

    @property
    def name_zh(self) -> str:
        return self.service.name_zh

    def start(self) -> None:
        """Start it, with one line about it."""
        begin = time.monotonic()
        if self.started:
            self.say(f"{self.name_zh}意外停止，正在重新启动。")
        self.service.start()
        if not self.started:
            self.say(f"　{self.name_zh}已启动（{time.monotonic() - begin:.1f} 秒）")
        self.started = True

    def alive(self) -> bool:
        """True while it runs."""
        return self.service.alive()

    def stop(self) -> None:
        """End it."""
        self.service.stop()


def processes(settings: Path, log: Path, base_url: str) -> list[ChildService]:
    """Worker, relay, scheduler, gateway, sealer, and web at last: its first page means that all is there."""
    return [ChildService(_spec(name, settings, log, base_url)) for name in NAMES]


def command(*arguments: str) -> list[str]:
    """The command line of one of our own commands, run by this very Python."""
    return [sys.executable, "-P", "-m", "app.cli", *arguments]


def environment() -> dict[str, str]:
    """What a child sees: our own settings, UTF-8, and where the packages lie; nothing else of the caller's environment."""
    ours = {key: value for key, value in os.environ.items() if key.startswith("GJJ_") and key != "GJJ_CONFIG"}
    roots = [str(Path(package.__path__[0]).parent) for package in (app, tenants)]
    return {
        **ours,
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(roots)),
        "PYTHONUNBUFFERED": "1",
        "TZ": "UTC",
    }


def _spec(name: str, settings: Path, log: Path, base_url: str) -> ChildSpec:
    return ChildSpec(
        name,
        NAMES[name],
        command(name, "--config", str(settings)),
        environment(),
        ready_probe=(lambda: answers(f"{base_url}/readyz")) if name == "web" else None,
        log=log / f"{name}.log",
        ready_seconds=READY_S,
        stop_seconds=STOP_S,
    )


def answers(url: str) -> bool:
    """Whether the address answers 200 now."""
    try:
        return httpx.get(url, timeout=2, trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
