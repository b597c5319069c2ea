"""From a template and values to the text that is sent: 【signature】 body, ending of the category, city.

A body is cut once into its fixed pieces, so that composing is one join.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from shared_channels.sms.message_templates.policy.content import PLACE, WIDEST, Variable, VariableType
from shared_channels.sms.segments.policy import segments
from shared_channels.sms.signatures.policy import Signature

ENDING: Mapping[str, str] = {"NOTICE": "详情咨询12329", "POLICY": "拒收请回复R"}
"""What a text of the category ends with, unless its body says it already."""

_SHAPES: Mapping[str, re.Pattern[str]] = {
    VariableType.CODE: re.compile(r"[0-9]{4,6}", re.ASCII),
    VariableType.NUMBER: re.compile(r"[0-9]+", re.ASCII),
    VariableType.AMOUNT: re.compile(r"-?[0-9][0-9,]*(?:\.[0-9]{1,2})?", re.ASCII),
    VariableType.DATE: re.compile(r"[0-9年月日时分:：\- ./]+"),
}
_FORBIDDEN = re.compile(r"[【】\x00-\x1f\x7f\ud800-\udfff\U00010000-\U0010ffff]|https?:|www\.", re.IGNORECASE)


@lru_cache(maxsize=4096)
def _pieces(body: str) -> tuple[str, ...]:
    return tuple(PLACE.split(body))


def compose(category: str, body: str, signature: Signature, values: Mapping[str, str]) -> str:
    """The finished text. KeyError when a value is missing."""
    pieces = _pieces(body)
    middle = "".join(values[piece] if place % 2 else piece for place, piece in enumerate(pieces))
    ending = ENDING.get(category, "")
    if ending and ending in body:
        ending = ""
    city = f"<{signature.suffix_zh}>" if signature.suffix_zh else ""
    tail = city + ending if category == "POLICY" else ending + city
    return f"【{signature.text_zh}】{middle}{tail}"


def worst_case(category: str, body: str, signature: Signature, variables: tuple[Variable, ...]) -> str:
    """The longest text that the template can become."""
    widest = {v.key: WIDEST[v.type] * v.max_length for v in variables}
    return compose(category, body, signature, widest)


def worst_segments(category: str, body: str, signature: Signature, variables: tuple[Variable, ...]) -> int:
    """Segments of the longest text: what one message may cost at most."""
    return segments(worst_case(category, body, signature, variables))


def fault_of(variable: Variable, value: str) -> str:
    """What is wrong with a value, in words; empty when it may be sent. Never holds the value."""
    if not value.strip():
        return "请填写内容。"
    if len(value) > variable.max_length:
        return f"不能超过 {variable.max_length} 个字。"
    if _FORBIDDEN.search(value):
        return "不能含有【】、网址、换行或者表情符号。"
    shape = _SHAPES.get(variable.type)
    if shape is not None and not shape.fullmatch(value):
        return {
            VariableType.CODE: "验证码应为 4 至 6 位数字。",
            VariableType.NUMBER: "请填写数字。",
            VariableType.AMOUNT: "请填写金额，最多两位小数。",
            VariableType.DATE: "请填写日期或时间。",
        }[VariableType(variable.type)]
    return ""


def faults_of(variables: tuple[Variable, ...], values: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with the values, by key: missing, unknown, too long, of another type."""
    wrong = {v.key: fault_of(v, values.get(v.key, "")) for v in variables}
    wrong |= {key: "模板中没有这个变量。" for key in values if key not in wrong}
    return {key: words for key, words in wrong.items() if words}
