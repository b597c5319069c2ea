"""Where verdicts stand in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (("建设与验收", MenuItem("验收结论", "verdicts.index", Permission.ASSESSMENT_READ, "award")),)
