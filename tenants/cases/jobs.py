"""Work that follows a case: the automatic check, the payout, what ends by itself. Payloads hold ids and counts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from kernel.db import TenantSession
from kernel.jobs.registry import job
from tenants.cases.service.checking import check
from tenants.cases.service.ending import close_decided, expire
from tenants.cases.service.paying import pay


@job("cases.check")
def check_case(session: TenantSession, payload: dict[str, Any]) -> None:
    """Compare a handed-in case with the core system."""
    check(session, UUID(payload["case_id"]), payload["round"], payload.get("attempt", 0))


@job("cases.pay")
def pay_case(session: TenantSession, payload: dict[str, Any]) -> None:
    """Pay an approved case, or ask what became of its payout."""
    pay(session, UUID(payload["case_id"]), payload["attempt"], payload.get("tries", 0))


@job("cases.expire")
def expire_case(session: TenantSession, payload: dict[str, Any]) -> None:
    """End what nobody handed in."""
    expire(session, UUID(payload["case_id"]))


@job("cases.close")
def close_case(session: TenantSession, payload: dict[str, Any]) -> None:
    """Close what was decided a week ago."""
    close_decided(session, UUID(payload["case_id"]))
