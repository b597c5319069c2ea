"""What an independent sub-centre may change in its centre's catalogue: only in favour of the people served (feature T5)."""

from __future__ import annotations

from tenants.catalogue.policy.content import ItemContent
from tenants.catalogue.policy.limits import not_longer, overlapping

_FIXED = (
    ("name_zh", "事项名称"),
    ("main_item_zh", "主项名称"),
    ("sub_item_zh", "子项名称"),
    ("service_class", "服务类别"),
    ("business_kind", "业务类型"),
    ("audience", "服务对象"),
)


def violations(city: ItemContent, own: ItemContent) -> dict[str, list[str]]:
    """Why a sub-centre may not publish `own` in place of the inherited `city`: area of the form → sentences. Empty when it may.

    Limits may only become shorter, materials only fewer, visits only fewer; names and classes stay the city's.
    """
    found = {
        "limits": _limits(city, own),
        "materials": _materials(city, own),
        "basics": [
            f"{word}由中心统一规定，分中心不能修改。"
            for field, word in _FIXED
            if getattr(city, field) != getattr(own, field)
        ],
        "visits": ["到现场次数只能减少，不能增加。"] if own.visits > city.visits else [],
    }
    return {area: sentences for area, sentences in found.items() if sentences}


def _limits(city: ItemContent, own: ItemContent) -> list[str]:
    if own.limits_of("statutory") != city.limits_of("statutory"):
        return ["法定时限由法规规定，分中心不能修改。"]
    found = []
    for promise in city.limits_of("committed"):
        mine = [limit for limit in own.limits_of("committed") if overlapping(limit, promise)]
        if not mine:
            found.append(f"中心已承诺{promise.dated_words}，不能取消承诺时限。")
        found += [
            f"承诺时限只能比中心的{promise.words}更短，现填{limit.words}。"
            for limit in mine
            if not not_longer(limit, promise)
        ]
    return found


def _materials(city: ItemContent, own: ItemContent) -> list[str]:
    allowed = {material.name_zh: material for material in city.materials}
    order = {"n": 0, "conditional": 1, "y": 2}
    found = []
    for material in own.materials:
        theirs = allowed.get(material.name_zh)
        if theirs is None:
            found.append(f"不能增加中心没有要求的材料“{material.name_zh}”。")
        elif order[material.required] > order[theirs.required]:
            found.append(f"材料“{material.name_zh}”的要求只能放宽，不能加严。")
        elif material.handed_in and not theirs.handed_in:
            found.append(f"中心已免交的材料“{material.name_zh}”，不能改为由申请人提交。")
    return found
