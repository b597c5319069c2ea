"""Where plans stand in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (("短信与预算", MenuItem("额度与预算", "budgets.show", Permission.BUDGET_READ, "wallet")),)
