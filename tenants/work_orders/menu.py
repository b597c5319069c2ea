"""Entries of the console's menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (
    ("业务与工单", MenuItem("工单台", "work_orders.index", Permission.WORK_ORDER_READ, "messages")),
    ("业务与工单", MenuItem("答复时限", "work_orders.limits", Permission.WORK_ORDER_READ, "clock")),
)
