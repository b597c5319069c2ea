"""The difference between two revisions in Chinese words, line by line: what maker, checker and history see."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from kernel.approvals.kinds import Line
from tenants.catalogue.policy.content import ItemContent
from tenants.catalogue.policy.forms import form_words
from tenants.catalogue.policy.words import AUDIENCES, CHANNELS, LEVELS, LIMIT_KINDS

_YES_NO = {True: "是", False: "否"}


def _plain(value: Any) -> str:
    return "" if value is None else str(value)


def _audiences(codes: Iterable[str]) -> str:
    return "、".join(AUDIENCES[code] for code in codes)


_FIELDS: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("name_zh", "事项名称", _plain),
    ("main_item_zh", "主项名称", _plain),
    ("sub_item_zh", "子项名称", _plain),
    ("service_class", "服务类别", _plain),
    ("business_kind", "业务类型", _plain),
    ("audience", "服务对象", _audiences),
    ("online_depth", "网办深度", _plain),
    ("visits", "到现场次数", lambda value: f"{value} 次"),
    ("deferred_material", "容缺受理", _YES_NO.__getitem__),
    ("commitment", "承诺声明", _YES_NO.__getitem__),
    ("automatic_check", "自动审核", _YES_NO.__getitem__),
    ("cross_province", "跨省通办", _YES_NO.__getitem__),
    ("conditions_zh", "办理条件", _plain),
    ("guide_zh", "办理流程", _plain),
    ("sample_result_zh", "办理结果样本", _plain),
    ("notes_zh", "说明", _plain),
    ("valid_from", "事项启用日期", _plain),
    ("valid_to", "事项停用日期", _plain),
    ("form", "表单数据项", form_words),
    ("materials_before", "精简前材料", "、".join),
)


def lines(before: ItemContent, after: ItemContent) -> tuple[Line, ...]:
    """One line for each field, limit, material and channel that differs; empty when nothing does."""
    found = []
    for name, label, words in _FIELDS:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            found.append(_shown(label, words(old), words(new)))
    return tuple(found + _limits(before, after) + _materials(before, after) + _channels(before, after))


def whole(content: ItemContent) -> tuple[Line, ...]:
    """Every field of a new item, with nothing before."""
    empty = ItemContent(
        name_zh="", main_item_zh="", sub_item_zh="", service_class="", business_kind="", audience=(),
        online_depth="", visits=-1, deferred_material=not content.deferred_material, commitment=not content.commitment,
        automatic_check=not content.automatic_check, cross_province=not content.cross_province,
    )  # fmt: skip
    return tuple(Line(line.label, "", line.after) for line in lines(empty, content))


def _shown(label: str, old: str, new: str) -> Line:
    if old == new:  # a change of form only (order, description): still a change of what is published
        return Line(label, "原定义", f"已调整（{new}）")
    return Line(label, old, new)


def _limits(before: ItemContent, after: ItemContent) -> list[Line]:
    found = []
    for kind, label in LIMIT_KINDS.items():
        old, new = before.limits_of(kind), after.limits_of(kind)
        words = ["；".join(limit.dated_words for limit in side) for side in (old, new)]
        bases = [
            "；".join(dict.fromkeys(limit.basis_zh for limit in side if limit.basis_zh))
            for side in (old, new)
        ]
        if words[0] != words[1]:
            found.append(Line(label, words[0], words[1]))
        if bases[0] != bases[1]:
            found.append(Line(f"{label}依据", bases[0], bases[1]))
    return found


def _materials(before: ItemContent, after: ItemContent) -> list[Line]:
    old = {material.name_zh: material for material in before.materials}
    new = {material.name_zh: material for material in after.materials}
    removed = [Line("材料 −", material.words, "") for name, material in old.items() if name not in new]
    added = [Line("材料 +", "", material.words) for name, material in new.items() if name not in old]
    changed = [
        Line("材料调整", old[name].words, material.words)
        for name, material in new.items()
        if name in old and old[name] != material
    ]
    order = [name for name in old if name in new] != [name for name in new if name in old]
    moved = [Line("材料顺序", "、".join(old), "、".join(new))] if order else []
    return removed + added + changed + moved


def _channels(before: ItemContent, after: ItemContent) -> list[Line]:
    old, new = _by_channel(before), _by_channel(after)
    found = []
    for code, word in CHANNELS.items():
        if code in old and code not in new:
            found.append(Line("渠道 −", f"{word}（{old[code]}）", ""))
        elif code in new and code not in old:
            found.append(Line("渠道 +", "", f"{word}（{new[code]}）"))
        elif code in new and old[code] != new[code]:
            found.append(Line(f"渠道级别：{word}", old[code], new[code]))
    return found


def _by_channel(content: ItemContent) -> dict[str, str]:
    found: dict[str, str] = {}
    for offer in content.channels:
        words = f"{_audiences(offer.audience)} {LEVELS[offer.min_level]}"
        found[offer.channel] = f"{found[offer.channel]}；{words}" if offer.channel in found else words
    return found
