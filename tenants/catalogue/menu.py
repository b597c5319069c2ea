"""Where the catalogue stands in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (("事项与渠道", MenuItem("事项清单", "catalogue.index", Permission.CATALOGUE_READ, "list-details")),)
