"""Where the counter stands in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (("业务与工单", MenuItem("柜台核验", "counter.index", Permission.CASE_DECIDE, "id-badge-2")),)
