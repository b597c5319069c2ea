"""A conclusion was signed."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from acceptance.assessments.events import Handover
from kernel.events import Event


@dataclass(frozen=True)
class VerdictSent(Handover):
    """To the centre."""


@dataclass(frozen=True)
class VerdictMade(Event):
    """In the same tenant, on either side: its papers can be written."""

    verdict_id: UUID
