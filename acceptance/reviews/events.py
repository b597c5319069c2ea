"""What the province tells a centre about its application."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.events import Event


@dataclass(frozen=True)
class StageMoved(Event):
    """The application went on. `step` grows with each; days and moments are ISO. `message_zh`: what the centre should know."""

    subject_id: UUID
    assessment_id: UUID
    step: int
    state: str
    at: str
    due_on: str | None
    message_zh: str
