"""Where onboarding stands in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (("入驻与接入", MenuItem("中心入驻", "onboarding.index", Permission.ONBOARD, "building-community")),)
