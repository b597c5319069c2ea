"""Entries of the console's menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (("业务与工单", MenuItem("办件", "cases.index", Permission.CASE_READ, "clipboard-list")),)
