"""Where limits and blocked numbers stand in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (("短信与预算", MenuItem("号码限制", "sms_numbers.show", Permission.SMS_OPERATE, "phone-off")),)
