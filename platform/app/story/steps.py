"""The steps in their order."""

from __future__ import annotations

from app.story import (
    steps_accepting,
    steps_accounts,
    steps_building,
    steps_deciding,
    steps_equipping,
    steps_evidence,
    steps_history,
    steps_joining,
    steps_older,
    steps_publishing,
    steps_serving,
)
from app.story.step import Step
from app.story.steps_joining import load_accounts

__all__ = ["ADDRESSES", "SHOWN_TENANTS", "all_steps", "load_accounts"]

ADDRESSES = (
    ("选择中心", "/"),
    ("公共目录", "/c/C99010/items"),
    ("手机页面", "/m/C99010/"),
    ("管理后台", "/home"),
)

ACTS = 3

SHOWN_TENANTS = ("C37000", "C99010", "C99011")
"""Whose people are listed at the end; everyone stands in demo.json."""


def all_steps(acts: int = ACTS) -> tuple[Step, ...]:
    """What is played in the first acts: joining; serving; building and accepting."""
    *joining, plugged = steps_joining.STEPS  # whoever looks at the sub-centre's catalogue has logged in
    first = (*joining, *steps_accounts.STEPS, plugged, *steps_history.STEPS, *steps_publishing.STEPS)
    second = (
        *steps_equipping.STEPS,
        *steps_serving.STEPS,
        *steps_deciding.STEPS,
        *steps_older.STEPS,
    )
    third = (*steps_building.STEPS, *steps_accepting.STEPS, *steps_evidence.STEPS)
    return tuple(step for act in (first, second, third)[:acts] for step in act)
