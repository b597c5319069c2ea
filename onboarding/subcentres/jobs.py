"""Fills a sub-centre that was opened, and writes it into the province's register."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kernel.approvals.models import ChangeRequest
from kernel.db import TenantSession
from kernel.events.bus import on
from kernel.jobs.registry import job
from onboarding.provisioning.jobs import door_of
from onboarding.provisioning.ports import Places
from onboarding.subcentres.events import SubCentreJoined
from onboarding.subcentres.service import PLUG_JOB, fill
from tenants.registry import service as registry
from tenants.registry.policy import plug_state


@job(PLUG_JOB)
def plug_in(session: TenantSession, payload: dict[str, Any]) -> None:
    """Fill what an approval opened; the job's own transaction is let go first."""
    change_id = UUID(str(payload["change_id"]))
    given = json.loads(
        session.scalars(select(ChangeRequest.payload).where(ChangeRequest.id == change_id)).one()
    )
    centre_id, places = session.tenant_id, Places(door_of(session), session.tenant_id)
    session.rollback()
    fill(places, centre_id, UUID(str(payload["sub_centre_id"])), given)


@on(SubCentreJoined, in_tenant=lambda event: event.province_id)
def enter_register(session: TenantSession, event: SubCentreJoined) -> None:
    """The province's row of the new sub-centre."""
    reason = "" if event.build_mode == "self_built" else event.plug_reason_zh
    flag = plug_state(
        independent=True, build_mode=event.build_mode, status=event.status, exempt_reason_zh=reason
    )
    same = (
        "code", "subject_id", "city_code", "name_zh", "short_name_zh", "legal_entity_zh", "build_mode", "status",
        "plug_reason_zh", "channels_open", "channels_total", "sms_monthly", "allowance_fen",
    )  # fmt: skip
    values = {name: getattr(event, name) for name in same} | {
        "kind": "sub_centre", "own_app": False, "fictional": event.fictional == "1", "plug_state": flag,
        "consolidates_into": event.city_code, "staff": 1, "steps_done": 1, "steps_total": 1,
    }  # fmt: skip
    if registry.register(session, values):
        session.audit("onboarding.registered", "tenant", event.code, f"{event.name_zh} 已由中心办理接入")
