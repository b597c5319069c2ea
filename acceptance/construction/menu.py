"""Where construction stands in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (
    ("建设与验收", MenuItem("建设任务", "construction.index", Permission.CONSTRUCTION_READ, "timeline")),
    ("建设与验收", MenuItem("进度督导", "supervision.index", Permission.CONSTRUCTION_SUPERVISE, "flag")),
)
