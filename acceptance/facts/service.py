"""Handing sums up: an event in the centre, one replacement of the month at the province."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from uuid import UUID

from sqlalchemy import delete, insert

from acceptance.facts import queries
from acceptance.facts.events import MonthHandedUp
from acceptance.facts.models import CentreMonth
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.events import on, publish


def hand_up(session: TenantSession, province_id: UUID, since: date) -> int:
    """Publish each month since `since` for the province. Returns how many months. The caller audits if it changed rows itself."""
    months: dict[date, list[list[object]]] = defaultdict(list)
    for row in queries.monthly(session, since.replace(day=1)):
        months[row.month].append([row.measure, row.channel, int(row.value), row.origin])
    for month, cells in months.items():
        publish(session, MonthHandedUp(province_id, session.tenant_id, month.isoformat(), cells))
    return len(months)


@on(MonthHandedUp, in_tenant=lambda event: event.province_id)
def receive_month(session: TenantSession, event: MonthHandedUp) -> None:
    """Replace the centre's month: the newest hand-over stands."""
    month = date.fromisoformat(event.month)
    session.execute(
        delete(CentreMonth).where(CentreMonth.subject_id == event.subject_id, CentreMonth.month == month)
    )
    rows = [
        {"tenant_id": session.tenant_id, "id": uuid7(), "subject_id": event.subject_id, "month": month, "measure": measure,
         "channel": channel, "value": value, "origin": origin}
        for measure, channel, value, origin in event.cells
    ]  # fmt: skip
    session.execute(insert(CentreMonth), rows)
