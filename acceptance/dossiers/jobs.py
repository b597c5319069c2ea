"""A signed verdict gets its dossier, on each side; files and log checkpoints that are still on their way are waited for, not for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from acceptance.dossiers import service
from acceptance.verdicts.events import VerdictMade
from kernel.db import TenantSession, utc_now
from kernel.events import on
from kernel.jobs.registry import enqueue, job

COMPOSE = "dossiers.compose"
WAIT = {"files": (timedelta(seconds=20), 60), "log": (timedelta(seconds=3), 10)}
"""How long until we look again, and how often at most: then the dossier says what is missing."""


@on(VerdictMade)
def begin(session: TenantSession, event: VerdictMade) -> None:
    """First look."""
    enqueue(session, COMPOSE, {"verdict_id": str(event.verdict_id), "tries": 0})


@job(COMPOSE)
def compose(session: TenantSession, payload: dict[str, Any]) -> None:
    """Write the dossier, or look again a little later."""
    verdict_id, tries = UUID(payload["verdict_id"]), int(payload["tries"])
    missing = service.pending(session, verdict_id)
    if missing and tries < WAIT[missing][1]:
        later = {"verdict_id": str(verdict_id), "tries": tries + 1}
        enqueue(session, COMPOSE, later, due_at=utc_now() + WAIT[missing][0])
        return
    service.compose(session, verdict_id)
