"""Where the log stands in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (
    ("机构与平台", MenuItem("操作日志", "audit.index", Permission.AUDIT_READ, "shield-check")),
    ("机构与平台", MenuItem("被拒绝的操作", "audit.refused", Permission.AUDIT_READ, "shield-x")),
)
