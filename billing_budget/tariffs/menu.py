"""Where tariffs stand in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (("短信与预算", MenuItem("短信资费", "tariffs.index", Permission.STATEMENT_READ, "tag")),)
