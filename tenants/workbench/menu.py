"""The first entry of the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (("工作台", MenuItem("首页", "workbench.index", Permission.TENANT_READ, "home")),)
