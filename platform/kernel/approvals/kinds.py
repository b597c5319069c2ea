"""The registry of guarded operations (decision D16): kind, who may make, who may check, what it does, in words.

A room registers its kinds at import. The verb that carries one out takes an `Execution`, which only an approval can make: there is no
unguarded way to call it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from kernel.db import TenantSession
from kernel.permissions import Permission

_SEAL = object()


@dataclass(frozen=True)
class Line:
    """One line of a difference: what, before, after; in Chinese words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Difference:
    """What a change will do, as maker and checker both see it. `consequences` are whole sentences."""

    title_zh: str
    object_kind: str
    object_id: str
    lines: tuple[Line, ...]
    consequences: tuple[str, ...] = ()

    def stored(self) -> dict[str, Any]:
        """As JSON values."""
        return {"lines": [asdict(line) for line in self.lines], "consequences": list(self.consequences)}


class Execution:
    """The right to carry out one approved change, once. Made by `kernel.approvals.service.approve` only."""

    __slots__ = ("change_id", "checker_name", "checker_person_id", "maker_name", "maker_person_id", "payload")

    def __init__(
        self,
        seal: object,
        change_id: UUID,
        payload: Mapping[str, Any],
        maker: tuple[UUID, str],
        checker: tuple[UUID, str],
    ) -> None:
        if seal is not _SEAL:
            raise TypeError("an execution comes from an approval, it is never built")
        self.change_id = change_id
        self.payload = payload
        self.maker_person_id, self.maker_name = maker
        self.checker_person_id, self.checker_name = checker


@dataclass(frozen=True)
class GuardedKind:
    """One guarded operation. `describe` raises a DomainError when the payload makes no sense; `apply` flushes, never commits."""

    code: str
    name_zh: str
    make: Permission
    check: Permission
    describe: Callable[[TenantSession, Mapping[str, Any]], Difference]
    apply: Callable[[TenantSession, Execution], None]
    days_open: int = field(default=7)


_kinds: dict[str, GuardedKind] = {}


def register(kind: GuardedKind) -> GuardedKind:
    """Make a guarded operation known; its code is stable and unique."""
    if kind.code in _kinds:
        raise ValueError(f"{kind.code} is registered twice")
    if kind.make is kind.check:
        raise ValueError(f"{kind.code}: making and checking need different permissions")
    _kinds[kind.code] = kind
    return kind


def kind_of(code: str) -> GuardedKind:
    """The kind with that code. KeyError is a defect, never a user's mistake."""
    return _kinds[code]


def all_kinds() -> tuple[GuardedKind, ...]:
    """Every guarded operation, by code."""
    return tuple(_kinds[code] for code in sorted(_kinds))


def canonical(payload: Mapping[str, Any]) -> bytes:
    """The exact bytes of a payload: what is hashed, shown, stored and later executed."""
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def execution(
    change_id: UUID, payload: bytes, maker: tuple[UUID, str], checker: tuple[UUID, str]
) -> Execution:
    """For `kernel.approvals.service` only (held by `tests/guards/test_approvals.py`)."""
    return Execution(_SEAL, change_id, json.loads(payload), maker, checker)
