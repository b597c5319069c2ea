"""Once a night each body's results go up to the province, after its facts have been rebuilt."""

from __future__ import annotations

from typing import Any

from acceptance.indicators import service
from kernel.db import TenantSession
from kernel.jobs.registry import job
from kernel.tenancy import tenants


@job("indicators.hand_up")
def hand_up(session: TenantSession, payload: dict[str, Any]) -> None:
    """The province and rehearsal twins hand nothing up."""
    around = {t.id: t for t in tenants.tree(session)}
    own = around[session.tenant_id]
    province = next((t for t in around.values() if t.kind == "province"), None)
    if province is not None and own.kind != "province" and not own.rehearsal:
        service.hand_up(session, province.id)


SCHEDULE = (("indicators.hand_up", "daily 02:00", "tenants"),)
