"""Where approvals stand in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (
    ("工作台", MenuItem("待办", "approvals.inbox", Permission.INBOX, "inbox")),
    ("工作台", MenuItem("变更记录", "approvals.index", Permission.CHANGE_READ, "history")),
)
