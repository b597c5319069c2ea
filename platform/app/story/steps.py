"""The steps in their order."""

from __future__ import annotations

from app.story import steps_joining
from app.story.step import Step
from app.story.steps_joining import load_accounts

__all__ = ["ADDRESSES", "all_steps", "load_accounts"]

ADDRESSES = (
    ("选择中心", "/"),
    ("公共目录", "/c/C99010/items"),
    ("管理后台", "/console/catalogue"),
)


def all_steps() -> tuple[Step, ...]:
    """Everything that is played."""
    return steps_joining.STEPS
