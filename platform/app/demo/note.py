"""`demo.json` (0600): where the demo listens and who can log in, so that testers and load generators find it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.demo.settings_file import DemoPorts, base_url
from app.embedded import place


@dataclass(frozen=True)
class DemoAccount:
    """A fictional person who can log in."""

    username: str
    password: str
    name: str
    role: str
    role_zh: str
    tenant: str
    tenant_zh: str


@dataclass(frozen=True)
class DemoNote:
    """What the file says."""

    ports: DemoPorts
    accounts: tuple[DemoAccount, ...] = ()
    ready: bool = False

    def as_json(self, *, secret: bool) -> dict[str, Any]:
        """JSON values; without `secret` the passwords are left out."""
        accounts = [asdict(account) for account in self.accounts]
        if not secret:
            accounts = [{k: v for k, v in account.items() if k != "password"} for account in accounts]
        return {
            "base_url": base_url(self.ports.web),
            "phone_url": base_url(self.ports.phone),
            "pid": os.getpid(),
            "ready": self.ready,
            "ports": asdict(self.ports),
            "accounts": accounts,
        }

    def write(self, file: Path) -> None:
        """Replace the file in one step, mode 0600."""
        place.write_private(file, json.dumps(self.as_json(secret=True), ensure_ascii=False, indent=2) + "\n")
