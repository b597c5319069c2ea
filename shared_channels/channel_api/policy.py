"""What is signed, how far clocks may differ, what a program may be allowed."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from kernel.crypto.signing import SIGNATURE_BYTES, VerifyKey
from shared_channels.accounts.policy import Limit

SKEW = timedelta(minutes=5)
NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}\Z", re.ASCII)
CODE = re.compile(r"[a-z][a-z0-9-]{2,39}\Z", re.ASCII)
CODES_CLIENT_HOUR = Limit("code.client.hour", 20_000, timedelta(hours=1))
HEADERS = (
    "X-Gjj-Client",
    "X-Gjj-Centre",
    "X-Gjj-Timestamp",
    "X-Gjj-Nonce",
    "X-Gjj-Citizen",
    "X-Gjj-Signature",
)
"""Program, centre's code, Unix seconds, nonce, the person's key (or empty), signature in lower-case hex."""
TITLE = "gjj-request-v1"


class ProgramScope(StrEnum):
    """What a program may do. A new one begins with nothing."""

    SESSIONS = "sessions"
    CASES = "cases"
    WORK_ORDERS = "work_orders"


SCOPE_ZH = {
    ProgramScope.SESSIONS: "用户进入",
    ProgramScope.CASES: "业务办理",
    ProgramScope.WORK_ORDERS: "咨询投诉",
}


class Algorithm(StrEnum):
    """How a program signs: with its own key, of which we hold the public half, or with a shared secret."""

    ED25519 = "ed25519"
    HMAC_SHA256 = "hmac-sha256"


PROGRAM_CHANNELS = ("wechat", "gov_app", "kiosk", "hall", "app")
SHARED_DEVICES = frozenset({"kiosk"})
"""Channels on whose devices many people come and go: nobody is linked there, each proves the number each time."""


@dataclass(frozen=True)
class SignedRequest:
    """A request as it arrived."""

    method: str
    target: str
    client: str
    centre: str
    timestamp: str
    nonce: str
    citizen: str
    signature: str
    body: bytes

    def text(self) -> bytes:
        """What is signed: one value a line, the body and the person's key by their SHA-256. `target` is path and query as sent."""
        lines = (
            TITLE,
            self.method,
            self.target,
            self.client,
            self.centre,
            self.timestamp,
            self.nonce,
            hashlib.sha256(self.citizen.encode()).hexdigest(),
            hashlib.sha256(self.body).hexdigest(),
        )
        return "\n".join(lines).encode()

    @property
    def well_formed(self) -> bool:
        """Whether each part is of its kind, so that no line can hold a line break."""
        return bool(
            CODE.match(self.client)
            and NONCE.match(self.nonce)
            and re.fullmatch(r"[0-9]{1,12}", self.timestamp, re.ASCII)
            and re.fullmatch(r"[A-Za-z0-9]{3,20}", self.centre, re.ASCII)
            and re.fullmatch(r"[0-9a-f]{64}|[0-9a-f]{128}", self.signature, re.ASCII)
            and "\n" not in self.target
        )


def holds(algorithm: str, key: bytes, request: SignedRequest) -> bool:
    """Whether the signature is that key's over exactly this request."""
    signature = bytes.fromhex(request.signature)
    if algorithm == Algorithm.ED25519:
        return len(signature) == SIGNATURE_BYTES and VerifyKey(key).verify(signature, request.text())
    return hmac.compare_digest(signature, hmac.digest(key, request.text(), "sha256"))
