"""Where the search of messages stands in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (("短信与预算", MenuItem("短信查询", "sms_messages.index", Permission.SMS_READ, "message-search")),)
