"""What passes between the queue and the lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message in our hand. `attempt` fences: an answer for an older attempt moves nothing. Phone and text are sealed."""

    tenant_id: UUID
    id: UUID
    attempt: int
    category: str
    phone: bytes
    text: bytes | None
    sender_code: str
    segments: int
    expires_at: datetime | None
    accepted_at: datetime

    @property
    def is_code(self) -> bool:
        """Codes are worthless late and harmless twice."""
        return self.category == "OTP"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a message on a line; ids and codes only."""

    tenant_id: UUID
    message_id: UUID
    attempt: int
    act: str
    retry_s: float
    link: str
    carrier: str
    account: str
    code: str
    ids: tuple[str | None, ...]

    def row(self) -> dict[str, Any]:
        """As the database takes it."""
        return {
            "t": str(self.tenant_id), "m": str(self.message_id), "a": self.attempt, "act": self.act, "retry_s": self.retry_s,
            "link": self.link, "carrier": self.carrier, "account": self.account, "code": self.code, "ids": list(self.ids),
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineBeat:
    """What a line says of itself every two seconds."""

    name: str
    protocol: str
    carrier: str
    state: str
    words_zh: str
    rate_per_s: float
    window_size: int
    in_flight: int
    counts: dict[str, int]
