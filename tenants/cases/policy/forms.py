"""The form of an item filled in: checked against its JSON Schema with words for people, and shown in words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from tenants.catalogue.policy.forms import items_of

AMOUNT = "amount_fen"
"""The data item that holds what is asked for, in fen."""


def cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without what was left empty, so that "required" speaks; texts without blanks around them."""
    plain = {key: value.strip() if isinstance(value, str) else value for key, value in values.items()}
    return {key: value for key, value in plain.items() if value not in ("", None)}


def faults(
    schema: Mapping[str, Any], values: Mapping[str, Any], *, complete: bool = True
) -> dict[str, list[str]]:
    """What is wrong, by data item, in sentences. Without `complete` missing items are no fault: a draft."""
    if not schema:
        return {} if not values else {"": ["本事项不需要填写表单，请刷新页面后再办理。"]}
    found: dict[str, list[str]] = {}
    for error in _validator(msgspec.json.encode(schema)).iter_errors(dict(values)):
        for key, sentence in _sentences(schema, error):
            if complete or error.validator != "required":
                found.setdefault(key, []).append(sentence)
    return found


def lines(schema: Mapping[str, Any], values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each data item with what was filled in, as people read it."""
    return [
        (item.title_zh.removesuffix("（元）"), words_of(item.type, values[item.key]))
        for item in items_of(schema)
        if item.key in values
    ]


def words_of(kind: str, value: Any) -> str:
    """1,234.56 元, 是, 2026-11-24."""
    if kind == "money" and isinstance(value, int):
        return fen_words(value)
    if kind == "yes_no":
        return "是" if value else "否"
    return str(value)


def fen_words(fen: int) -> str:
    """`1,234.56 元` from fen."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02d} 元"


@cache
def _validator(schema: bytes) -> Draft202012Validator:
    return Draft202012Validator(
        msgspec.json.decode(schema), format_checker=Draft202012Validator.FORMAT_CHECKER
    )


def _sentences(schema: Mapping[str, Any], error: ValidationError) -> list[tuple[str, str]]:
    properties: Mapping[str, Any] = schema.get("properties", {})
    if error.validator == "required":
        missing = [key for key in schema["required"] if key not in error.instance]  # type: ignore[operator]
        key = next((key for key in missing if repr(key) in error.message), missing[0])
        return [(key, f"请填写{properties[key]['title']}。")]
    if not error.path:
        return [("", "表单的内容项与现行表单不一致，请刷新页面后再填写。")]
    key = str(error.path[0])
    return [(key, _sentence(properties.get(key, {}), error))]


def _sentence(declared: Mapping[str, Any], error: ValidationError) -> str:
    title = declared.get("title", "这一项")
    match error.validator:
        case "maxLength":
            return f"{title}不超过 {error.validator_value} 个字。"
        case "minimum":
            return f"{title}不能小于 {error.validator_value}。"
        case "enum":
            return f"请从给出的选项中选择{title}。"
        case "format":
            return "请填写日期，例如 2026-11-24。"
        case "type":
            kind = declared.get("x-type")
            wanted = {"money": "金额，例如 1,234.56", "whole": "整数", "yes_no": "是或否", "date": "日期"}
            return f"{title}请填写{wanted.get(str(kind), '文字')}。"
    return f"{title}的内容不符合要求，请核对。"
