"""Signs the tenant context that the database checks (decision D3).

The text is `key|tenant|role|subject|expiry|signature`; the signature also covers the backend's process id, so a context can neither be
forged by injected SQL, nor replayed on another connection, nor outlive its transaction by more than a few seconds.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID


class SignableScope(Protocol):
    """What a context says: see `kernel.tenancy.Scope`."""

    @property
    def tenant_id(self) -> UUID: ...
    @property
    def role(self) -> str: ...
    @property
    def subject(self) -> str: ...


@dataclass(frozen=True)
class ContextSigner:
    """Holds the context key of this installation; `lifetime_s` is the statement time-out plus ten seconds."""

    key_id: str
    key: bytes = field(repr=False)
    lifetime_s: int

    def sign(self, scope: SignableScope, backend_pid: int, now: float | None = None) -> str:
        """The context for one transaction on the backend with that process id."""
        expiry = int(time.time() if now is None else now) + self.lifetime_s
        body = f"{self.key_id}|{scope.tenant_id}|{scope.role}|{scope.subject}|{expiry}"
        inner = hashlib.sha256(self.key + f"{body}|{backend_pid}".encode()).digest()
        return f"{body}|{hashlib.sha256(self.key + inner).hexdigest()}"
