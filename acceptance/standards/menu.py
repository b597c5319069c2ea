"""Where standards stand in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

# Beside the indicators that are measured by it: a section of its own would be the eighth of a centre's administrator.
MENU = (("建设与验收", MenuItem("评估标准", "standards.index", Permission.ASSESSMENT_READ, "certificate")),)
