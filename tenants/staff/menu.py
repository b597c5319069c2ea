"""Where people and units stand in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (
    ("机构与平台", MenuItem("人员与岗位", "staff.index", Permission.STAFF_READ, "users")),
    ("机构与平台", MenuItem("内设机构", "staff.units", Permission.ORG_READ, "sitemap")),
)
