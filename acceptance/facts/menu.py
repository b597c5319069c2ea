"""Where facts stand in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (
    ("统计与报表", MenuItem("运行概况", "facts.centre", Permission.DASHBOARD_READ, "chart-line")),
    ("全省概览", MenuItem("服务量趋势", "facts.province", Permission.PROVINCE_OVERVIEW, "chart-line")),
)
