"""Where channels stand in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (("事项与渠道", MenuItem("渠道与启停", "channels.index", Permission.CHANNEL_READ, "broadcast")),)
