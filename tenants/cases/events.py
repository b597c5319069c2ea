"""What happens to cases, for the rooms above: notices by SMS, work orders from bad ratings, figures."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.events import Event


@dataclass(frozen=True)
class CaseSubmitted(Event):
    """An applicant handed a case in, or what was missing in it."""

    case_id: UUID


@dataclass(frozen=True)
class CaseSupplementAsked(Event):
    """A clerk asked for something more; the clock stands still."""

    case_id: UUID


@dataclass(frozen=True)
class CaseDecided(Event):
    """A case was approved or refused."""

    case_id: UUID


@dataclass(frozen=True)
class CasePaid(Event):
    """The core system says that the money went out."""

    case_id: UUID


@dataclass(frozen=True)
class CaseRated(Event):
    """The applicant said how it was, once."""

    case_id: UUID


@dataclass(frozen=True)
class CaseRatedPoorly(Event):
    """The rating was 不满意 or 非常不满意: somebody has to ask why."""

    case_id: UUID
