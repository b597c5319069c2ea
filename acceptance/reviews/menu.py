"""Where reviews stand in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (
    ("建设与验收", MenuItem("验收申请", "reviews.index", Permission.REVIEW_DESK, "inbox")),
    ("建设与验收", MenuItem("我的评审", "scoring.index", Permission.REVIEW_SCORE, "clipboard-check")),
)
