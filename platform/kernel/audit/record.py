"""One audit event as the exact bytes that are hashed and stored. Facts are codes and numbers, never personal data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kernel.db.signing import SignableScope

ACTOR_NAME = "actor_name"
REQUEST_ID = "request_id"
DEMO_AT = "demo_at"


@dataclass(frozen=True)
class AuditRecord:
    """Who did what to which object, when, in one Chinese sentence, with facts for machines."""

    at: datetime
    tenant: str
    actor: str
    actor_name: str
    action: str
    object_kind: str
    object_id: str
    summary: str
    facts: Mapping[str, Any]
    request_id: str
    demo_at: str

    @classmethod
    def of(
        cls,
        scope: SignableScope,
        action: str,
        object_kind: str,
        object_id: str,
        summary: str,
        facts: Mapping[str, Any],
        info: Mapping[Any, Any],
    ) -> AuditRecord:
        """`info` is the session's: the edge leaves the actor's name, the request id and, in demo, the demo time there."""
        return cls(
            datetime.now(UTC), str(scope.tenant_id), scope.subject, str(info.get(ACTOR_NAME, "系统")), action,
            object_kind, object_id, summary, facts, str(info.get(REQUEST_ID, "")), str(info.get(DEMO_AT, "")),
        )  # fmt: skip

    def body(self) -> bytes:
        """The bytes that are chained: JSON with sorted keys, UTF-8. A verifier never parses them."""
        fields = {k: v for k, v in vars(self).items() if v not in ("", None)}
        fields["at"] = self.at.isoformat(timespec="microseconds")
        fields["facts"] = dict(self.facts)
        return json.dumps(
            fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str
        ).encode()
