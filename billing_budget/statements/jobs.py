"""By the clock: last month's statement on the first day of a month, the running month's sums every hour."""

from __future__ import annotations

from typing import Any

from billing_budget.statements import service
from kernel.db import TenantSession
from kernel.jobs.registry import job


@job("statements.issue")
def issue(session: TenantSession, payload: dict[str, Any]) -> None:
    """Runs every day, so that a month that lacked a tariff on the first is issued as soon as it has one."""
    service.issue_due(session)


@job("statements.hand_up")
def hand_up(session: TenantSession, payload: dict[str, Any]) -> None:
    """Tell those above how far the month is."""
    service.hand_up_running(session)


SCHEDULE = (("statements.issue", "daily 00:20", "tenants"), ("statements.hand_up", "every 60m", "tenants"))
