"""Where the overview stands in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (("全省概览", MenuItem("机构一览", "province.index", Permission.PROVINCE_OVERVIEW, "map-2")),)
