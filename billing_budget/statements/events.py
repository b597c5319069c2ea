"""Statements on their way up: to the centre above, and to the province. Sums only, never a row of a person."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.events import Event


@dataclass(frozen=True)
class StatementHandedUp(Event):
    """An issued statement: `body` is the text of its exact bytes, `sha256` their hash in hex, `issued_at` ISO."""

    target_id: UUID
    subject_id: UUID
    month: str
    body: str
    sha256: str
    issued_at: str


@dataclass(frozen=True)
class RunningMonthHandedUp(Event):
    """A month that still runs, as it stood at `as_of` (ISO)."""

    target_id: UUID
    subject_id: UUID
    month: str
    body: str
    as_of: str
