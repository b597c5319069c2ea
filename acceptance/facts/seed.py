"""Thirteen months of synthetic history for a fictional body (decisions D37, D38). Real centres get none."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import insert, select

from acceptance.facts import policy, service
from acceptance.facts.models import DailyFact
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.db.ids import uuid7


def seed_history(session: TenantSession, province_id: UUID, seed: str, daily_visits: int) -> int:
    """Fill this tenant's history once and hand it up. Returns rows written; 0 when there was some already.

    `seed` makes it repeatable; `daily_visits` is an ordinary working day. One audit event.
    """
    if session.scalar(select(DailyFact.id).limit(1)) is not None:
        return 0
    first, end = policy.months_before(clock.today())
    rows = [
        {"tenant_id": session.tenant_id, "id": uuid7(), "day": day, "measure": measure, "channel": channel,
         "value": value, "origin": "synthetic"}
        for day, measure, channel, value in policy.history(seed, daily_visits, first, end)
    ]  # fmt: skip
    session.execute(insert(DailyFact), rows)
    months = _handed(session, province_id, first)
    session.audit(
        "facts.history_seeded",
        "daily_fact",
        first.isoformat(),
        f"写入演示历史数据 {months} 个月",
        rows=len(rows),
    )
    return len(rows)


def _handed(session: TenantSession, province_id: UUID, first: date) -> int:
    session.flush()
    return service.hand_up(session, province_id, first)
