"""Where indicators stand in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (
    ("统计与报表", MenuItem("指标", "indicators.index", Permission.DASHBOARD_READ, "gauge")),
    ("全省概览", MenuItem("各中心指标", "indicators.province", Permission.PROVINCE_OVERVIEW, "gauge")),
)
