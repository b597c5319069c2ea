"""Which of two time limits is longer, when they may count different days."""

from __future__ import annotations

from datetime import date

from tenants.catalogue.policy.content import ItemContent, Limit


def not_longer(shorter: Limit, longer: Limit) -> bool:
    """Whether the first limit certainly ends no later than the second.

    So many working days never end before as many calendar days; the other way round nobody can know (holidays), so it counts as longer.
    """
    if shorter.unit == "instant":
        return True
    if longer.unit == "instant":
        return False
    if shorter.unit == "working_day" and longer.unit == "calendar_day":
        return False
    return shorter.value <= longer.value


def overlapping(first: Limit, second: Limit) -> bool:
    """Whether the days of two limits meet."""
    return (first.valid_from or date.min) <= (second.valid_to or date.max) and (
        second.valid_from or date.min
    ) <= (first.valid_to or date.max)


def faults(content: ItemContent) -> list[str]:
    """What is wrong with a content's limits, in sentences: two of one kind on one day, a promise beyond the law."""
    found = []
    for kind, word in (("statutory", "法定时限"), ("committed", "承诺时限")):
        mine = content.limits_of(kind)
        if any(overlapping(a, b) for i, a in enumerate(mine) for b in mine[i + 1 :]):
            found.append(f"{word}的有效期有重叠，请调整起止日期。")
    for promise in content.limits_of("committed"):
        for law in content.limits_of("statutory"):
            if overlapping(promise, law) and not not_longer(promise, law):
                found.append(
                    f"承诺时限{promise.words}超过法定时限{law.words}，请缩短承诺时限；两者单位不同的，请改用相同单位。"
                )
    return found
