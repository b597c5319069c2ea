"""The form of an item: fixed fields, and numbered rows for limits, materials and data items with two empty ones to add.

Nothing is lost on the way: `content_of_form(values_of(content))` is the content again (held by a test over all default items).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from tenants.catalogue.policy.content import ItemContent, Limit, Material, Offer
from tenants.catalogue.policy.forms import DataItem, items_of, schema_of
from tenants.catalogue.policy.words import (
    AUDIENCES,
    BUSINESS_KINDS,
    CHANNELS,
    FIELD_TYPES,
    LEVELS,
    LIMIT_KINDS,
    LIMIT_UNITS,
    MATERIAL_NEEDS,
    MATERIAL_SOURCES,
    ONLINE_DEPTHS,
    ORGANISATION_LEVELS,
    PERSON_LEVELS,
    SERVICE_CLASSES,
)

EMPTY_ROWS = 2
MOST_ROWS = 40
CODE = re.compile(r"[A-Z]{1,2}[0-9]{2,3}")


def _text(label: str, *, longest: int = 100, required: bool = False, **meta: Any) -> fields.String:
    rules = [validate.Length(max=longest)]
    if required:
        return fields.String(required=True, validate=rules, metadata={"label": label, **meta})
    return fields.String(load_default="", validate=rules, metadata={"label": label, **meta})


def _long(label: str, help_zh: str = "", rows: int = 4) -> fields.String:
    return _text(label, longest=2000, kind="textarea", rows=rows, help=help_zh)


def _choice(label: str, words: Mapping[str, str], *, required: bool = False, **meta: Any) -> fields.String:
    rule = validate.OneOf(list(words), list(words.values()))
    if required:
        return fields.String(required=True, validate=rule, metadata={"label": label, **meta})
    return fields.String(load_default="", allow_none=True, validate=rule, metadata={"label": label, **meta})


def _day(label: str, help_zh: str = "") -> fields.Date:
    return fields.Date(load_default=None, allow_none=True, metadata={"label": label, "help": help_zh})


def _flag(label: str, help_zh: str = "") -> fields.Boolean:
    return fields.Boolean(load_default=False, metadata={"label": label, "help": help_zh})


def item_schema(rows: Mapping[str, int], *, with_code: bool = False) -> ma.Schema:
    """The schema of one form; `rows` says how many limits, materials and data items it has room for."""
    declared: dict[str, fields.Field[Any]] = {}
    if with_code:
        declared["code"] = fields.String(
            required=True,
            validate=validate.Regexp(CODE, error="编号为一至两个大写字母加两至三位数字，例如 Z01。"),
            metadata={"label": "事项编号", "help": "例如 Z01。编号确定后不再更改，也不重复使用。"},
        )
    declared |= _basics() | _handling()
    for i in range(rows["limit"]):
        declared |= _limit_row(i)
    for i in range(rows["material"]):
        declared |= _material_row(i)
    declared["materials_before"] = _long(
        "精简前的材料", "每行一项，用于对照公布减少了哪些材料；没有登记的留空。", 3
    )
    for channel, word in CHANNELS.items():
        declared[f"person_{channel}"] = _choice(f"{word}：个人", {c: LEVELS[c] for c in PERSON_LEVELS})
        declared[f"organisation_{channel}"] = _choice(
            f"{word}：单位", {c: LEVELS[c] for c in ORGANISATION_LEVELS}
        )
    for i in range(rows["field"]):
        declared |= _field_row(i)
    return ma.Schema.from_dict(declared | _guide())()


def _basics() -> dict[str, fields.Field[Any]]:
    return {
        "name_zh": _text("事项名称", required=True),
        "main_item_zh": _text("主项名称", required=True),
        "sub_item_zh": _text("子项名称", required=True),
        "service_class": _choice("服务类别", {c: c for c in SERVICE_CLASSES}, required=True),
        "business_kind": _choice("业务类型", {c: c for c in BUSINESS_KINDS}, required=True),
        "audience": fields.List(
            fields.String(validate=validate.OneOf(list(AUDIENCES), list(AUDIENCES.values()))),
            required=True,
            validate=validate.Length(min=1, error="请至少选择一类服务对象。"),
            metadata={"label": "服务对象", "help": "只选“中心内部”的事项不对外公布。"},
        ),
    }


def _handling() -> dict[str, fields.Field[Any]]:
    return {
        "online_depth": _choice("网办深度", ONLINE_DEPTHS, required=True),
        "visits": fields.Integer(
            required=True, validate=validate.Range(0, 9), metadata={"label": "到现场次数", "unit": "次"}
        ),
        "deferred_material": _flag("可以容缺受理", "次要材料暂缺时先受理，在规定期限内补齐。"),
        "commitment": _flag("可以承诺声明", "申请人书面承诺代替部分证明材料。"),
        "automatic_check": _flag("系统自动审核"),
        "cross_province": _flag("跨省通办"),
    }


def _limit_row(i: int) -> dict[str, fields.Field[Any]]:
    return {
        f"limit_{i}_kind": _choice("时限种类", LIMIT_KINDS),
        f"limit_{i}_value": fields.Integer(
            load_default=None, allow_none=True, validate=validate.Range(0, 999), metadata={"label": "时长"}
        ),
        f"limit_{i}_unit": _choice("单位", {c: w.replace("个", "") for c, w in LIMIT_UNITS.items()}),
        f"limit_{i}_basis": _text("依据", longest=200),
        f"limit_{i}_from": _day("自"),
        f"limit_{i}_to": _day("至"),
    }


def _material_row(i: int) -> dict[str, fields.Field[Any]]:
    return {
        f"material_{i}_name": _text("材料名称"),
        f"material_{i}_source": _choice("来源", MATERIAL_SOURCES),
        f"material_{i}_need": _choice("要求", MATERIAL_NEEDS),
        f"material_{i}_provider": _text("提供或核验部门"),
        f"material_{i}_condition": _text("适用情形", longest=200),
    }


def _field_row(i: int) -> dict[str, fields.Field[Any]]:
    return {
        f"field_{i}_key": fields.String(
            load_default="", validate=validate.Regexp(r"[a-z][a-z0-9_]{0,39}|"), metadata={"kind": "hidden"}
        ),
        f"field_{i}_title": _text("数据项名称"),
        f"field_{i}_type": _choice("类型", FIELD_TYPES),
        f"field_{i}_choices": _text("选项", longest=300),
        f"field_{i}_required": _flag("必填"),
    }


def _guide() -> dict[str, fields.Field[Any]]:
    return {
        "conditions_zh": _long("办理条件", "写明谁可以办、要满足什么条件。"),
        "guide_zh": _long("办理流程", "每行一步。", 6),
        "sample_result_zh": _long("办理结果样本", "写明办结后申请人得到什么，例如证明的名称和主要内容。", 3),
        "notes_zh": _long("说明", "", 3),
        "valid_from": _day("事项启用日期", "留空表示不限。"),
        "valid_to": _day("事项停用日期", "留空表示不限。"),
        "effective_from": fields.AwareDateTime(
            load_default=None,
            allow_none=True,
            metadata={
                "label": "本次修改的生效时间",
                "kind": "moment",
                "help": "留空表示审批通过后立即生效。",
            },
        ),
    }


def rows_of(content: ItemContent | None) -> dict[str, int]:
    """Room for what a content has, and two more of each."""
    held = (
        (0, 0, 0)
        if content is None
        else (len(content.limits), len(content.materials), len(items_of(content.form)))
    )
    return {
        name: count + EMPTY_ROWS for name, count in zip(("limit", "material", "field"), held, strict=True)
    }


def rows_typed(typed: Mapping[str, Any]) -> dict[str, int]:
    """How many rows a posted form had."""
    found = dict.fromkeys(("limit", "material", "field"), EMPTY_ROWS)
    for name in typed:
        part = re.fullmatch(r"(limit|material|field)_(\d{1,2})_\w+", name)
        if part:
            found[part[1]] = min(MOST_ROWS, max(found[part[1]], int(part[2]) + 1))
    return found


def values_of(content: ItemContent, effective_from: datetime | None = None) -> dict[str, Any]:
    """What the form shows for a content."""
    plain = ("name_zh", "main_item_zh", "sub_item_zh", "service_class", "business_kind", "online_depth", "visits",
        "deferred_material", "commitment", "automatic_check", "cross_province", "conditions_zh", "guide_zh",
        "sample_result_zh", "notes_zh", "valid_from", "valid_to")  # fmt: skip
    found: dict[str, Any] = {name: getattr(content, name) for name in plain}
    found["audience"], found["effective_from"] = list(content.audience), effective_from
    found["materials_before"] = "\n".join(content.materials_before)
    for i, limit in enumerate(content.limits):
        found |= {
            f"limit_{i}_kind": limit.kind, f"limit_{i}_value": limit.value, f"limit_{i}_unit": limit.unit,
            f"limit_{i}_basis": limit.basis_zh, f"limit_{i}_from": limit.valid_from, f"limit_{i}_to": limit.valid_to,
        }  # fmt: skip
    for i, row in enumerate(content.materials):
        found |= {
            f"material_{i}_name": row.name_zh, f"material_{i}_source": row.source, f"material_{i}_need": row.required,
            f"material_{i}_provider": row.provider_zh, f"material_{i}_condition": row.condition_zh,
        }  # fmt: skip
    for i, item in enumerate(items_of(content.form)):
        found |= {
            f"field_{i}_key": item.key, f"field_{i}_title": item.title_zh, f"field_{i}_type": item.type,
            f"field_{i}_choices": "、".join(item.choices), f"field_{i}_required": item.required,
        }  # fmt: skip
    for offer in content.channels:
        if "person" in offer.audience:
            found[f"person_{offer.channel}"] = offer.min_level
        if set(offer.audience) - {"person"}:
            found[f"organisation_{offer.channel}"] = offer.min_level
    return found


def content_of_form(data: Mapping[str, Any], rows: Mapping[str, int]) -> ItemContent:
    """The content of a form that loaded. Raises ValidationError naming the row that is half filled in."""
    wrong: dict[str, list[str]] = {}
    audience = tuple(code for code in AUDIENCES if code in data["audience"])
    content = ItemContent(
        name_zh=data["name_zh"].strip(), main_item_zh=data["main_item_zh"].strip(), sub_item_zh=data["sub_item_zh"].strip(),
        service_class=data["service_class"], business_kind=data["business_kind"], audience=audience,
        online_depth=data["online_depth"], visits=data["visits"], deferred_material=data["deferred_material"],
        commitment=data["commitment"], automatic_check=data["automatic_check"], cross_province=data["cross_province"],
        limits=_limits(data, rows["limit"], wrong), materials=_materials(data, rows["material"], wrong),
        materials_before=tuple(line.strip() for line in data["materials_before"].splitlines() if line.strip()),
        channels=_channels(data, audience),
        conditions_zh=_lines(data["conditions_zh"]), guide_zh=_lines(data["guide_zh"]),
        sample_result_zh=_lines(data["sample_result_zh"]), notes_zh=_lines(data["notes_zh"]),
        form=schema_of(_data_items(data, rows["field"], wrong)),
        valid_from=data["valid_from"], valid_to=data["valid_to"],
    )  # fmt: skip
    if wrong:
        raise ma.ValidationError(wrong)
    return content


def _lines(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _limits(data: Mapping[str, Any], count: int, wrong: dict[str, list[str]]) -> tuple[Limit, ...]:
    found = []
    for i in range(count):
        kind, value, unit = (data[f"limit_{i}_{part}"] for part in ("kind", "value", "unit"))
        if not kind:
            if value is not None:
                wrong[f"limit_{i}_kind"] = ["请选择时限种类；不需要这一条的，请清空时长。"]
            continue
        if not unit or (value is None and unit != "instant"):
            wrong[f"limit_{i}_value"] = ["请填写时长并选择单位。"]
            continue
        found.append(
            Limit(
                kind=kind, value=0 if unit == "instant" else value, unit=unit, basis_zh=data[f"limit_{i}_basis"].strip(),
                valid_from=data[f"limit_{i}_from"], valid_to=data[f"limit_{i}_to"],
            )
        )  # fmt: skip
    return tuple(found)


def _materials(data: Mapping[str, Any], count: int, wrong: dict[str, list[str]]) -> tuple[Material, ...]:
    found = []
    for i in range(count):
        name, source, need = (data[f"material_{i}_{part}"] for part in ("name", "source", "need"))
        if not name.strip():
            continue
        if not source or not need:
            wrong[f"material_{i}_source"] = ["请选择材料来源和要求；不需要这项材料的，请清空名称。"]
            continue
        found.append(
            Material(
                name_zh=name.strip(), source=source, required=need,
                provider_zh=data[f"material_{i}_provider"].strip(), condition_zh=data[f"material_{i}_condition"].strip(),
            )
        )  # fmt: skip
    return tuple(found)


def _data_items(data: Mapping[str, Any], count: int, wrong: dict[str, list[str]]) -> list[DataItem]:
    found: list[DataItem] = []
    for i in range(count):
        title, kind = data[f"field_{i}_title"].strip(), data[f"field_{i}_type"]
        choices = (
            tuple(filter(None, re.split(r"[、，,\s]+", data[f"field_{i}_choices"])))
            if kind == "choice"
            else ()
        )
        if not title:
            continue
        if not kind or (kind == "choice" and len(choices) < 2):
            wrong[f"field_{i}_type"] = ["请选择类型；单选的，请用顿号列出至少两个选项。"]
            continue
        taken = {item.key for item in found}
        key = data[f"field_{i}_key"] or next(k for n in range(1, 99) if (k := f"item_{n}") not in taken)
        found.append(
            DataItem(
                key=key, title_zh=title, type=kind, required=data[f"field_{i}_required"], choices=choices
            )
        )
    return found


def _channels(data: Mapping[str, Any], audience: tuple[str, ...]) -> tuple[Offer, ...]:
    """One offer for each level of a channel: people and organisations may need different ones."""
    found = []
    for channel in CHANNELS:
        levels: dict[str, tuple[str, ...]] = {}
        for side in ("person", "organisation"):
            level = data[f"{side}_{channel}"]
            served = tuple(code for code in audience if (code == "person") == (side == "person"))
            if level and served:
                levels[level] = levels.get(level, ()) + served
        found += [
            Offer(channel=channel, min_level=level, audience=served) for level, served in levels.items()
        ]
    return tuple(found)
