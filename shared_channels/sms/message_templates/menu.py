"""Where templates stand in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (("短信与预算", MenuItem("短信模板", "sms_templates.index", Permission.SMS_READ, "template")),)
