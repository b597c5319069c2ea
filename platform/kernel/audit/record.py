"""One audit event as the exact bytes that are hashed and stored. Facts are codes and numbers, never personal data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from kernel.audit.chain import canonical_body
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
        """The bytes that are chained: JSON with sorted keys, UTF-8. A verifier never parses them.

        Raises TypeError for a fact that is no code, number, time or list of them: a Secret must not be written down masked.
        """
        fields = {k: v for k, v in vars(self).items() if v not in ("", None)}
        fields["at"] = self.at.isoformat(timespec="microseconds")
        fields["facts"] = {name: _plain(value) for name, value in self.facts.items()}
        return canonical_body(fields)


def _plain(value: object) -> object:
    match value:
        case Enum():
            return _plain(value.value)
        case None | bool() | int() | float() | str():
            return value
        case UUID() | Decimal():
            return str(value)
        case datetime() | date():
            return value.isoformat()
        case Mapping():
            return {key: _plain(inner) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            inner = [_plain(item) for item in value]
            return sorted(inner, key=str) if isinstance(value, set | frozenset) else inner
    raise TypeError(f"a fact of an audit event is a code or a number, not {type(value).__name__}")
