"""Who applies, as the channels hand them over, and what rooms above tell about notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from kernel.crypto.secret import Secret
from kernel.db import TenantSession


@dataclass(frozen=True)
class Party:
    """A signed-in depositor or employer's clerk: `level` 0–3 of identity proof, `channel` a code of the catalogue (or `h5`)."""

    account_id: UUID
    person_ref: str
    channel: str
    level: int
    name: Secret[str]
    phone: Secret[str]


@dataclass(frozen=True)
class NoticeLine:
    """One message to the applicant and what became of it. `kind` is a badge: success, warning, danger, waiting."""

    at: datetime
    title_zh: str
    state_zh: str
    kind: str = "waiting"


class Notices(Protocol):
    """The messages that were sent about a case, the oldest first."""

    def __call__(self, session: TenantSession, case_id: UUID) -> Sequence[NoticeLine]: ...


_notices: list[Notices] = []


def use_notices(source: Notices) -> None:
    """Called once by the room that sends messages."""
    _notices[:] = [source]


def notices(session: TenantSession, case_id: UUID) -> Sequence[NoticeLine] | None:
    """The messages of a case; None where nobody sends any."""
    return _notices[0](session, case_id) if _notices else None
