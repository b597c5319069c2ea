"""Where programs of channels stand in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (
    (
        "机构与平台",
        MenuItem("渠道接入程序", "channel_programs.index", Permission.SYSTEM_PARAMETERS, "plug-connected"),
    ),
)
