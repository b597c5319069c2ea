"""Verbs of self-assessment."""

from acceptance.assessments.service.applying import apply, follow
from acceptance.assessments.service.filling import (
    attach,
    detach,
    explain_plan,
    measure,
    open_sheet,
    save_item,
)
from acceptance.assessments.service.packages import keep, keep_files, send, take_file

__all__ = [
    "apply", "attach", "detach", "explain_plan", "follow", "keep", "keep_files", "measure", "open_sheet",
    "save_item", "send", "take_file",
]  # fmt: skip
