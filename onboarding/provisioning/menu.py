"""Where onboarding stands in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (("全省概览", MenuItem("中心入驻", "onboarding.index", Permission.ONBOARD, "building-community")),)
