"""How many were answered in time: of those due in a month, by a seat, a unit or the whole centre."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select

from kernel.calendar import clock
from kernel.db import TenantSession
from tenants.work_orders.models import WorkOrder, WorkOrderAnswer
from tenants.work_orders.policy.states import WAITING


@dataclass(frozen=True)
class Share:
    """`due` counts what was answered and what ran over; `on_time` of them were answered by their last day."""

    due: int
    on_time: int

    @property
    def percent(self) -> float | None:
        """0–100 with one decimal; None when nothing was due."""
        return None if self.due == 0 else round(self.on_time * 100 / self.due, 1)


def share_of_month(
    session: TenantSession, month: date, *, person_id: UUID | None = None, unit_id: UUID | None = None
) -> Share:
    """The share of the month in which `month` lies, by the day on which an answer was due; two queries.

    Answered early counts in the month in which it was due. What nobody answered counts from the day after its last day.
    """
    start = month.replace(day=1)
    end = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    given = [WorkOrderAnswer.due_on >= start, WorkOrderAnswer.due_on < end]
    late = [
        WorkOrder.state.in_(WAITING),
        WorkOrder.due_on >= start,
        WorkOrder.due_on < min(end, clock.today()),
    ]
    if person_id is not None:
        given.append(WorkOrderAnswer.person_id == person_id)
        late.append(WorkOrder.taken_person_id == person_id)
    if unit_id is not None:
        given.append(WorkOrderAnswer.unit_id == unit_id)
        late.append(WorkOrder.unit_id == unit_id)
    on_time = func.count().filter(WorkOrderAnswer.on_time)
    row = session.execute(select(func.count(), on_time).select_from(WorkOrderAnswer).where(*given)).one()
    waiting = session.scalar(select(func.count()).select_from(WorkOrder).where(*late)) or 0
    return Share(int(row[0]) + waiting, int(row[1]))
