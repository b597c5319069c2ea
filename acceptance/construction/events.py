"""What travels between a body and the province: sums up, urging down, answers up."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.events import Event


@dataclass(frozen=True)
class ProgressHandedUp(Event):
    """How far a body is. Days are ISO; `tasks` as `Progress.packed`."""

    province_id: UUID
    subject_id: UUID
    build_mode: str
    started_on: str
    planned_end_on: str
    tasks_done: int
    tasks: list[list[int]]
    at: str


@dataclass(frozen=True)
class BodyUrged(Event):
    """The province urges a body. The text is that of a public office."""

    subject_id: UUID
    urge_id: UUID
    text_zh: str
    answer_by_on: str
    sent_at: str
    sent_by_name: str


@dataclass(frozen=True)
class UrgeAnswered(Event):
    """The body's answer."""

    province_id: UUID
    urge_id: UUID
    answer_zh: str
    answered_at: str
    answered_by_name: str
