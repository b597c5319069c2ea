"""Where statements stand in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (("短信与预算", MenuItem("短信账单", "statements.index", Permission.STATEMENT_READ, "receipt")),)
