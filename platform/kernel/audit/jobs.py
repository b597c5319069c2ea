"""Each tenant keeps a copy of the newest checkpoint once an hour (decision D15: witnesses at the city centres)."""

from __future__ import annotations

from typing import Any

import structlog

from kernel.audit import extracts, witness
from kernel.audit.checkpoint import CheckpointRefused
from kernel.db import TenantSession
from kernel.jobs.registry import job

log = structlog.get_logger("gjj.audit")


@job("audit.keep_witness")
def keep_witness(session: TenantSession, payload: dict[str, Any]) -> None:
    """Keep the newest extract if it proves itself; one that does not is shown on the page and is never kept."""
    latest = extracts.newest(session)
    if latest is None:
        return
    try:
        witness.keep(session, latest)
    except CheckpointRefused:
        log.error("checkpoint refused", tenant=str(session.tenant_id))
    differing = witness.differences(session, latest)
    if differing:
        log.error("own copies differ", tenant=str(session.tenant_id), count=len(differing))


SCHEDULE = (("audit.keep_witness", "every 60m", "tenants"),)
