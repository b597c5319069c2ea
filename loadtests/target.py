"""Where the load goes: a running demo, found by its `demo.json`. Other hosts must be named on purpose: load is an attack on a stranger."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class TargetInvalid(Exception):
    """No load may go there; the text says why."""


@dataclass(frozen=True)
class Account:
    """A fictional person of the demo who can log in."""

    username: str
    password: str
    role: str
    tenant: str


@dataclass(frozen=True)
class Target:
    """`phone_url`: where the played carrier shows what reached a phone, empty when there is none."""

    base_url: str
    accounts: tuple[Account, ...]
    phone_url: str = ""

    @property
    def centres(self) -> tuple[str, ...]:
        """Codes of the centres that have staff accounts: those that a depositor can open."""
        return tuple(
            sorted({each.tenant for each in self.accounts if each.role in ("clerk", "centre_admin")})
        )


def read(note: Path, allowed_host: str = "") -> Target:
    """The target that a `demo.json` names. Raises TargetInvalid."""
    try:
        values: dict[str, Any] = json.loads(note.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise TargetInvalid(
            f"读不到 {note}：请先用 make demo 启动演示环境，或用 --demo 指明数据文件夹"
        ) from None
    host = urlsplit(str(values.get("base_url", ""))).hostname or ""
    if host not in LOOPBACK and host != allowed_host:
        raise TargetInvalid(
            f"{host} 不是本机：压测只对本机演示环境，确需压测其他环境请用 --allow-host 写明主机名"
        )
    accounts = tuple(
        Account(each["username"], each["password"], each["role"], each["tenant"])
        for each in values.get("accounts", [])
    )
    if not accounts:
        raise TargetInvalid("演示环境还没有可用的账号：请等演示剧情播放完毕后再压测")
    return Target(str(values["base_url"]), accounts, str(values.get("phone_url", "")))
