"""Where channels stand in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (("渠道管理", MenuItem("渠道与启停", "channels.index", Permission.CHANNEL_READ, "broadcast")),)
