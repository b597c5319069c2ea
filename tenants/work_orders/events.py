"""What happens to work orders, for the rooms above: notices by SMS, figures. Ids only."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from kernel.events import Event


@dataclass(frozen=True)
class WorkOrderOpened(Event):
    """Somebody asked, suggested, complained or reported; or reopened what was answered."""

    work_order_id: UUID


@dataclass(frozen=True)
class WorkOrderAccepted(Event):
    """A seat took it for the first time in its round."""

    work_order_id: UUID


@dataclass(frozen=True)
class WorkOrderAnswered(Event):
    """A seat answered."""

    work_order_id: UUID


@dataclass(frozen=True)
class WorkOrderClosed(Event):
    """It is over: closed by a seat, or a week after the answer by itself."""

    work_order_id: UUID
