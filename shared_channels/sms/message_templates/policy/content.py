"""What a template holds: category, body with `{names}`, typed variables with a greatest length."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

PLACE = re.compile(r"\{([a-z][a-z0-9_]{0,29})\}")
NAMED_PLACE = re.compile(r"\{([\u4e00-\u9fffA-Za-z0-9]{1,20})\}")
"""A variable as people write it: by its name."""
MAX_CODE_LENGTH = 6
"""Carriers refuse longer codes."""


class VariableType(StrEnum):
    """What may stand in a variable."""

    TEXT = "text"
    CODE = "code"
    NUMBER = "number"
    AMOUNT = "amount"
    DATE = "date"


TYPE_ZH: Mapping[str, str] = {
    VariableType.TEXT: "文字",
    VariableType.CODE: "验证码",
    VariableType.NUMBER: "数字",
    VariableType.AMOUNT: "金额（元）",
    VariableType.DATE: "日期时间",
}
# The widest value of each type, for the preview of the worst case; a digit and a Chinese character count the same.
WIDEST: Mapping[str, str] = {
    VariableType.TEXT: "汉",
    VariableType.CODE: "8",
    VariableType.NUMBER: "8",
    VariableType.AMOUNT: "8",
    VariableType.DATE: "8",
}
CATEGORY_ZH: Mapping[str, str] = {
    "OTP": "身份验证",
    "NOTICE": "业务通知",
    "QUERY_REPLY": "信息查询",
    "POLICY": "政策宣传",
}
"""The four kinds of the 12329 guideline."""


@dataclass(frozen=True)
class Variable:
    """One variable; `max_length` in characters as carriers count them."""

    key: str
    name_zh: str
    type: str = VariableType.TEXT
    max_length: int = 20


@dataclass(frozen=True)
class TemplateContent:
    """The content of one revision or draft."""

    name_zh: str
    category: str
    body_zh: str
    variables: tuple[Variable, ...] = ()
    never_stopped: bool = False

    def stored(self) -> dict[str, Any]:
        """As JSON values."""
        return {**asdict(self), "variables": [asdict(v) for v in self.variables]}

    @property
    def keys(self) -> tuple[str, ...]:
        """Names that stand in the body, in their order, each once."""
        return tuple(dict.fromkeys(PLACE.findall(self.body_zh)))


def content_of(stored: Mapping[str, Any]) -> TemplateContent:
    """The content, typed. KeyError, TypeError or ValueError when the values have another shape."""
    return TemplateContent(
        str(stored["name_zh"]),
        str(stored["category"]),
        str(stored["body_zh"]),
        tuple(variable_of(v) for v in stored["variables"]),
        bool(stored.get("never_stopped", False)),
    )


def variable_of(stored: Mapping[str, Any]) -> Variable:
    """One variable, typed."""
    return Variable(
        str(stored["key"]),
        str(stored["name_zh"]),
        str(VariableType(stored["type"])),
        int(stored["max_length"]),
    )


def named_body(content: TemplateContent) -> str:
    """The body as people read and write it: variables by their names."""
    names = {v.key: v.name_zh for v in content.variables}
    return PLACE.sub(lambda found: f"{{{names.get(found[1], found[1])}}}", content.body_zh)


def names_in(body: str) -> list[str]:
    """The variables of a body as people typed it, in their order, each once."""
    return list(dict.fromkeys(NAMED_PLACE.findall(body)))


def keyed(names: Sequence[str], known: Sequence[Variable]) -> dict[str, str]:
    """Keys for these names: a known name keeps its key, a renamed one takes the free key in order, a further one gets a new key."""
    keys = {v.name_zh: v.key for v in known if v.name_zh in names}
    free = [v.key for v in known if v.name_zh not in names]
    used = {v.key for v in known}
    for name in names:
        if name not in keys:
            new = next(f"v{n}" for n in range(1, len(used) + 2) if f"v{n}" not in used)
            keys[name] = free.pop(0) if free else new
            used.add(keys[name])
    return keys
