"""Where self-assessment stands in the menu."""

from __future__ import annotations

from kernel.console.menu import MenuItem
from kernel.permissions import Permission

MENU = (
    (
        "建设与验收",
        MenuItem("自评与申请", "assessments.index", Permission.ASSESSMENT_SUBMIT, "clipboard-check"),
    ),
)
