"""The form of an item as fields of a page, and what was typed as values of its schema.

What can't be read (an amount with letters) stays as it was typed: the form's own check then says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from kernel.web.forms import FormField
from tenants.catalogue.policy.forms import DataItem, items_of

PREFIX = "form-"
_KINDS = {
    "text": "text",
    "long_text": "textarea",
    "money": "money",
    "whole": "number",
    "date": "date",
    "choice": "select",
    "yes_no": "radio",
}
_YES_NO = (("yes", "是"), ("no", "否"))


def fields_of(
    schema: Mapping[str, Any], values: Mapping[str, Any], errors: Mapping[str, Sequence[str]]
) -> list[FormField]:
    """One field a data item, in the form's order, with what is filled in and what is wrong."""
    return [_field(item, values.get(item.key), list(errors.get(item.key, ()))) for item in items_of(schema)]


def values_of(schema: Mapping[str, Any], typed: Mapping[str, str]) -> dict[str, Any]:
    """What was typed, as the schema wants it; unreadable text stays text."""
    found = {}
    for item in items_of(schema):
        text = typed.get(PREFIX + item.key, "").strip()
        if text:
            found[item.key] = _value(item.type, text)
    return found


def _field(item: DataItem, value: Any, errors: list[str]) -> FormField:
    choices = _YES_NO if item.type == "yes_no" else tuple((choice, choice) for choice in item.choices)
    money = item.type == "money"
    return FormField(
        name=PREFIX + item.key,
        label=item.title_zh.removesuffix("（元）"),
        kind=_KINDS[item.type],
        required=item.required,
        value=_shown(item.type, value),
        unit="元" if money else "",
        choices=choices,
        rows=3,
        max_length=200 if item.type == "text" else 2000 if item.type == "long_text" else None,
        errors=errors,
    )


def _shown(kind: str, value: Any) -> str:
    if value is None:
        return ""
    if kind == "money" and isinstance(value, int):
        whole, rest = divmod(value, 100)
        return f"{whole}.{rest:02d}"
    if kind == "yes_no" and isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _value(kind: str, text: str) -> Any:
    if kind == "money":
        return _fen(text)
    if kind == "whole":
        plain = text.replace(",", "").replace("，", "")
        return int(plain) if plain.lstrip("-").isdecimal() and len(plain) < 18 else text
    if kind == "yes_no":
        return {"yes": True, "no": False}.get(text, text)
    return text


def _fen(text: str) -> int | str:
    """`1,234.56` → 123456; more than two places or anything else stays text."""
    try:
        amount = Decimal(text.replace(",", "").replace("，", "").removesuffix("元"))
        fen = amount * 100
        if not amount.is_finite() or fen != fen.to_integral_value() or abs(fen) >= 10**15:
            return text
        return int(fen)
    except InvalidOperation:
        return text
