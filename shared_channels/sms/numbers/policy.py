"""Words and rules of limits and blocked numbers."""

from __future__ import annotations

from collections.abc import Mapping

from shared_channels.sms.message_templates.policy.content import CATEGORY_ZH
from shared_channels.sms.numbers.models import BlockReason, Reach

__all__ = ["CATEGORY_ZH", "REACH_ZH", "REASON_ZH", "Limits", "faults", "words"]

REACH_ZH: Mapping[str, str] = {Reach.ALL: "所有短信", Reach.POLICY: "政策宣传"}
REASON_ZH: Mapping[str, str] = {
    BlockReason.COMPLAINT: "收信人投诉",
    BlockReason.OPT_OUT: "收信人退订",
    BlockReason.ATTACK: "疑似被恶意使用",
    BlockReason.OTHER: "其他原因",
}
Limits = Mapping[str, tuple[int | None, int | None]]
"""By category (the keys of CATEGORY_ZH): most in an hour, most in a day; None means no limit."""


def words(limit: tuple[int | None, int | None]) -> str:
    """A limit as people read it."""
    parts = [f"每小时 {limit[0]} 条" if limit[0] else "", f"每天 {limit[1]} 条" if limit[1] else ""]
    return "、".join(part for part in parts if part) or "不限"


def faults(limits: Limits) -> dict[str, list[str]]:
    """What is wrong, by field of the form."""
    wrong: dict[str, list[str]] = {}
    for category, (hour, day) in limits.items():
        if hour is not None and day is not None and hour > day:
            wrong[f"{category}-hour"] = ["每小时的条数不能多于每天的条数。"]
    if limits.get("OTP", (None, None))[1] is None:
        wrong["OTP-day"] = ["身份验证短信必须设置每天的上限，防止被恶意刷发。"]
    return wrong
