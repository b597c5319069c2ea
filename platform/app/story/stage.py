"""Where the story is played: the installation, the address of the running web process, the people and their browsers."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from app.demo.note import DemoAccount
from app.demo.screen import Screen
from app.installation.installation import Installation

PATIENCE_S = 60.0
"""How long a step waits for something that follows by itself, also when a process was killed meanwhile."""


@dataclass
class Stage:
    """Handed to each step. `facts` pass from one step to later ones within a run; nothing else does."""

    installation: Installation
    base_url: str
    screen: Screen
    folder: Path
    phone_url: str = ""
    accounts: dict[str, DemoAccount] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def superuser_dsn(self) -> str:
        """The demo's own way past row security, to count what is left; no process has it."""
        at = self.installation.settings.database
        password = (self.folder / "pg" / "password").read_text(encoding="utf-8").strip()
        return f"postgresql://postgres:{quote(password)}@{at.host}:{at.port}/{at.name}"

    def visitor(self) -> httpx.Client:
        """A browser of somebody who is not logged in."""
        return httpx.Client(
            base_url=self.base_url, timeout=10, trust_env=False, follow_redirects=True, transport=_Patient()
        )

    def eventually(self, true: Callable[[], object], seconds: float = PATIENCE_S) -> bool:
        """Wait until it is so; False when it never was."""
        give_up = time.monotonic() + seconds
        while not true():
            if time.monotonic() > give_up:
                return False
            time.sleep(0.2)
        return True


class _Patient(httpx.BaseTransport):
    """Tries again while the web process is being restarted or sheds load: as a person would press again."""

    def __init__(self) -> None:
        self._plain = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        give_up = time.monotonic() + PATIENCE_S
        while True:
            try:
                response = self._plain.handle_request(request)
            except (httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError):
                if time.monotonic() > give_up:
                    raise
            else:
                if response.status_code != 503 or time.monotonic() > give_up:
                    return response
                response.close()
            time.sleep(0.3)

    def close(self) -> None:
        self._plain.close()
