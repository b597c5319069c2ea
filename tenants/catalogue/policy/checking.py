"""What keeps a content from being published: area of the form → sentences."""

from __future__ import annotations

from collections import Counter

from tenants.catalogue.policy import limits, overriding
from tenants.catalogue.policy.content import ItemContent


def faults(content: ItemContent, city: ItemContent | None) -> dict[str, list[str]]:
    """Why a content can't be published; empty when it can. `city` is what a sub-centre inherits, None for everyone else."""
    found: dict[str, list[str]] = {}
    if not content.channels:
        found["channels"] = ["请至少选择一个办理渠道。"]
    if spoken := limits.faults(content):
        found["limits"] = spoken
    twice = [name for name, count in Counter(m.name_zh for m in content.materials).items() if count > 1]
    if twice:
        found["materials"] = [f"材料“{'”“'.join(twice)}”重复，请合并或改名。"]
    if content.valid_from and content.valid_to and content.valid_to < content.valid_from:
        found["valid_to"] = ["停用日期不能早于启用日期。"]
    if city is not None:
        for area, sentences in overriding.violations(city, content).items():
            found[area] = found.get(area, []) + sentences
    return found
