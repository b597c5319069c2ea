"""The form of an item as JSON Schema (2020-12), and as the plain rows an editor fills in: name, type, required, choices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from tenants.catalogue.policy.words import FIELD_TYPES

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_SCHEMAS: dict[str, dict[str, Any]] = {
    "text": {"type": "string", "maxLength": 200},
    "long_text": {"type": "string", "maxLength": 2000},
    "money": {"type": "integer", "minimum": 0, "x-unit": "fen"},
    "whole": {"type": "integer"},
    "date": {"type": "string", "format": "date"},
    "choice": {"type": "string"},
    "yes_no": {"type": "boolean"},
}


class DataItem(Struct, frozen=True, kw_only=True):
    """One data item of a form. `key` is stable, `choices` only for type `choice`. Money is kept in fen."""

    key: str
    title_zh: str
    type: str = "text"
    required: bool = False
    choices: tuple[str, ...] = ()


def schema_of(items: Iterable[DataItem]) -> dict[str, Any]:
    """The JSON Schema of these data items; an empty object when there are none."""
    rows = list(items)
    if not rows:
        return {}
    properties = {}
    for row in rows:
        declared = {"title": row.title_zh, "x-type": row.type, **_SCHEMAS[row.type]}
        properties[row.key] = declared | ({"enum": list(row.choices)} if row.type == "choice" else {})
    return {
        "$schema": DIALECT,
        "type": "object",
        "properties": properties,
        "required": [row.key for row in rows if row.required],
        "additionalProperties": False,
        "x-order": [row.key for row in rows],
    }


def items_of(schema: Mapping[str, Any]) -> tuple[DataItem, ...]:
    """The rows behind a schema that `schema_of` made, in their order (JSONB does not keep the order of members)."""
    properties: Mapping[str, Any] = schema.get("properties", {})
    required = schema.get("required", [])
    return tuple(
        DataItem(
            key=key,
            title_zh=properties[key]["title"],
            type=properties[key].get("x-type", "text"),
            required=key in required,
            choices=tuple(properties[key].get("enum", ())),
        )
        for key in schema.get("x-order", sorted(properties))
    )


def form_words(schema: Mapping[str, Any]) -> str:
    """The form in one phrase: 提取金额（金额，必填）、收款银行（文字）."""
    return "、".join(
        f"{row.title_zh}（{FIELD_TYPES[row.type]}{'，必填' if row.required else ''}{'：' + '/'.join(row.choices) if row.choices else ''}）"
        for row in items_of(schema)
    )
