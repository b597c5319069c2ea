"""Where signatures stand in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (("短信与预算", MenuItem("短信签名", "sms_signatures.show", Permission.SMS_READ, "signature")),)
