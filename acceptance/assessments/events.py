"""What travels between a centre and the province about an assessment. Packages go as the text of their exact bytes."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.events import Event


@dataclass(frozen=True)
class Handover(Event):
    """A frozen package. `sha256` in hex, `made_at` ISO; `kind` as PackageKind. Each feature has an event of its own kind."""

    target_id: UUID
    subject_id: UUID
    assessment_id: UUID
    package_id: UUID
    kind: str
    body: str
    sha256: str
    made_at: str


@dataclass(frozen=True)
class ApplicationSent(Handover):
    """A centre applies for acceptance."""
