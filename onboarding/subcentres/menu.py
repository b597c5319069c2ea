"""Where sub-centres stand in a centre's menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (
    ("机构与平台", MenuItem("分中心接入", "subcentres.index", Permission.SUBCENTRE_PLUG, "plug-connected")),
)
