"""Reading work orders: one opened, a person's own, the seats' list, how many were answered in time."""

from __future__ import annotations

from tenants.work_orders.queries.desk import (
    DeskFilter,
    found_by_phone,
    staff_order,
    unit_choices,
    unit_limit,
    work_counts,
    work_list,
)
from tenants.work_orders.queries.limits import limit_of, limits
from tenants.work_orders.queries.one import (
    AnswerLine,
    Opened,
    StepLine,
    answers,
    case_of,
    contact_of,
    number_of,
    opened,
    order_of_event,
    timeline,
)
from tenants.work_orders.queries.own import Mine, list_mine, one_mine
from tenants.work_orders.queries.share import Share, share_of_month

__all__ = [
    "AnswerLine",
    "DeskFilter",
    "Mine",
    "Opened",
    "Share",
    "StepLine",
    "answers",
    "case_of",
    "contact_of",
    "found_by_phone",
    "limit_of",
    "limits",
    "list_mine",
    "number_of",
    "one_mine",
    "opened",
    "order_of_event",
    "share_of_month",
    "staff_order",
    "timeline",
    "unit_choices",
    "unit_limit",
    "work_counts",
    "work_list",
]
