"""A channel's program: signs its requests as an integrator would, by the published rule and with nothing of ours."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kernel.crypto.secret import RevealPurpose, reveal
from shared_channels.channel_api.service import programs
from tests.database import TestDatabase
from tests.web_client import visitor


@dataclass
class Program:
    """`centre` is the code that its requests name; `key` signs."""

    http: FlaskClient
    code: str
    centre: str
    key: Ed25519PrivateKey | bytes
    citizen: str = ""
    changed: dict[str, str] = field(default_factory=dict)

    def headers(self, method: str, target: str, body: bytes) -> dict[str, str]:
        """The six headers; `changed` puts other values into them before signing."""
        said = {
            "X-Gjj-Client": self.code,
            "X-Gjj-Centre": self.centre,
            "X-Gjj-Timestamp": str(int(time.time())),
            "X-Gjj-Nonce": secrets.token_urlsafe(18),
            "X-Gjj-Citizen": self.citizen,
        } | self.changed
        lines = [
            "gjj-request-v1", method, target, said["X-Gjj-Client"], said["X-Gjj-Centre"], said["X-Gjj-Timestamp"],
            said["X-Gjj-Nonce"], hashlib.sha256(said["X-Gjj-Citizen"].encode()).hexdigest(), hashlib.sha256(body).hexdigest(),
        ]  # fmt: skip
        text = "\n".join(lines).encode()
        signature = (
            hmac.digest(self.key, text, "sha256") if isinstance(self.key, bytes) else self.key.sign(text)
        )
        return {**said, "X-Gjj-Signature": signature.hex(), "Content-Type": "application/json"}

    def send(self, method: str, path: str, data: Any = None) -> TestResponse:
        body = b"" if data is None else json.dumps(data).encode()
        target = f"/api/v1/channel/{path}"
        return self.http.open(target, method=method, data=body, headers=self.headers(method, target, body))

    def post(self, path: str, data: Any) -> TestResponse:
        return self.send("POST", path, data)


def registered(
    database: TestDatabase,
    channel: str,
    centre: str,
    *,
    scopes: tuple[str, ...] = ("sessions",),
    only: str = "",
    shared: bool = False,
) -> Program:
    """A program with a key of its own, put in as the installation's command does it."""
    http = visitor(database)  # the composed application knows every table
    code = f"{channel.replace('_', '-')}-{secrets.token_hex(4)}"
    payload: dict[str, Any] = {
        "code": code, "name_zh": "测试程序", "channel": channel, "scopes": scopes, "centre_code": only,
    }  # fmt: skip
    key: Ed25519PrivateKey | bytes
    secret = None
    if shared:
        secret = programs.new_secret()
        key = bytes.fromhex(reveal(secret, RevealPurpose.SHOW_ONCE))
    else:
        key = Ed25519PrivateKey.generate()
        payload["public_key"] = key.public_key().public_bytes_raw().hex()
    with database.door().tenant_tx(database.scope()) as session:
        row = programs.add(session, payload, change_id=None, shared_secret=secret)
        session.audit("channel_api.registered", "channel_client", row.id, "登记渠道程序")
    return Program(http, code, centre, key)
