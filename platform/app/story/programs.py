"""Programs of channels as the story plays them: registered once, each request signed with a key that stays in the demo's folder."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.embedded import place
from app.story.stage import Stage
from kernel.db.roles import Login
from shared_channels.channel_api.models import ChannelClient
from shared_channels.channel_api.service import programs

FILE = "programs.json"
SCOPES = ("sessions", "cases", "work_orders")
NAMES = {"wechat": "示例微信服务号", "kiosk": "示例自助终端", "hall": "示例网上大厅"}


@dataclass
class Program:
    """A channel's program that speaks to one centre. `citizen` is the key of the person in front of it."""

    stage: Stage
    code: str
    key: Ed25519PrivateKey
    centre: str
    citizen: str = ""

    def send(self, method: str, path: str, data: Any = None) -> httpx.Response:
        """A signed request; signed anew by the caller when it must be sent again."""
        target, body = f"/api/v1/channel/{path}", b"" if data is None else json.dumps(data).encode()
        nonce, stamp = secrets.token_urlsafe(18), str(int(time.time()))
        lines = [
            "gjj-request-v1", method, target, self.code, self.centre, stamp, nonce,
            hashlib.sha256(self.citizen.encode()).hexdigest(), hashlib.sha256(body).hexdigest(),
        ]  # fmt: skip
        headers = {
            "X-Gjj-Client": self.code,
            "X-Gjj-Centre": self.centre,
            "X-Gjj-Timestamp": stamp,
            "X-Gjj-Nonce": nonce,
            "X-Gjj-Citizen": self.citizen,
            "X-Gjj-Signature": self.key.sign("\n".join(lines).encode()).hex(),
            "Content-Type": "application/json",
        }
        url = f"{self.stage.base_url}{target}"
        return httpx.request(method, url, content=body, headers=headers, timeout=20, trust_env=False)


def register(stage: Stage) -> int:
    """Register the story's programs in the province; returns how many were new."""
    known, installation = _keys(stage), stage.installation
    scope = installation.scope(installation.province_id(Login.WEB), "system:story")
    fresh = {channel: Ed25519PrivateKey.generate() for channel in NAMES if f"demo-{channel}" not in known}
    if not fresh:
        return 0
    with installation.database(Login.WEB).tenant_tx(scope) as session:
        for channel, key in fresh.items():
            code = f"demo-{channel}"
            if session.query(ChannelClient).filter_by(code=code).first() is None:
                payload = {
                    "code": code, "name_zh": NAMES[channel], "channel": channel, "scopes": SCOPES,
                    "centre_code": "", "public_key": key.public_key().public_bytes_raw().hex(),
                }  # fmt: skip
                programs.add(session, payload, change_id=None)
        session.audit("channel_api.registered", "channel_client", "demo", f"登记 {len(fresh)} 个演示渠道程序")
    texts = {f"demo-{channel}": key.private_bytes_raw().hex() for channel, key in fresh.items()}
    place.write_private(stage.folder / FILE, json.dumps(known | texts, indent=2) + "\n")
    return len(fresh)


def program(stage: Stage, channel: str, centre: str) -> Program:
    """One of them, speaking to that centre."""
    raw = _keys(stage)[f"demo-{channel}"]
    return Program(stage, f"demo-{channel}", Ed25519PrivateKey.from_private_bytes(bytes.fromhex(raw)), centre)


def _keys(stage: Stage) -> dict[str, str]:
    file = stage.folder / FILE
    if not file.exists():
        return {}
    found: dict[str, str] = json.loads(file.read_text(encoding="utf-8"))
    return found
