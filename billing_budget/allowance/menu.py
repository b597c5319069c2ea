"""Where the month's allowance stands in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (("短信与预算", MenuItem("短信额度", "allowance.show", Permission.BUDGET_READ, "gauge")),)
