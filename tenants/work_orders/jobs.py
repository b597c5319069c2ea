"""What follows by time and from cases."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel.db import TenantSession
from kernel.events import on
from kernel.jobs.registry import job
from tenants.cases.events import CaseRatedPoorly
from tenants.work_orders import service


@job("work_orders.close")
def close_answered(session: TenantSession, payload: dict[str, Any]) -> None:
    """Close what was answered a week ago and not reopened."""
    service.close_by_itself(session, UUID(payload["work_order_id"]), payload["round"])


@on(CaseRatedPoorly)
def case_rated_poorly(session: TenantSession, event: CaseRatedPoorly) -> None:
    """A poor rating is a complaint: somebody asks why and answers in time."""
    service.open_from_rating(session, event.case_id)
