"""Where the lines stand in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (("短信与预算", MenuItem("短信通道", "sms_links.index", Permission.SMS_READ, "antenna-bars-5")),)
