"""marshmallow's own messages in Chinese, translated where they are shown.

Not by changing its classes: fields and validators copy their texts when a schema's class body runs, so the wording
would depend on the order of imports. Messages that a schema gives itself pass unchanged (they are Chinese already).
"""

from __future__ import annotations

import re

from kernel.web.words import _

MISSING = "Missing data for required field."
_FIXED = {
    MISSING: "请填写这一项。",
    "Field may not be null.": "这一项不能为空。",
    "Invalid value.": "填写的内容不符合要求。",
    "Invalid input.": "填写的内容不符合要求。",
    "Invalid input type.": "内容结构不正确。",
    "Invalid type.": "内容结构不正确。",
    "Unknown field.": "不认识这一项。",
    "Not a valid string.": "请填写文字。",
    "Not a valid utf-8 string.": "文字编码不正确。",
    "Not a valid UUID.": "编号不正确，请从列表中选择。",
    "Not a valid number.": "请填写数字。",
    "Number too large.": "数字太大。",
    "Not a valid integer.": "请填写整数。",
    "Special numeric values (nan or infinity) are not permitted.": "请填写普通数字。",
    "Not a valid boolean.": "请选择是或否。",
    "Not a valid datetime.": "请填写日期和时间，例如 2026-11-23 14:05。",
    "Not a valid aware datetime.": "时间缺少时区。",
    "Not a valid naive datetime.": "时间不应带时区。",
    "Not a valid date.": "请填写日期，例如 2026-11-23。",
    "Not a valid time.": "请填写时间，例如 14:05。",
    "Not a valid period of time.": "请填写时长。",
    "Not a valid list.": "请提供一组内容。",
    "Not a valid tuple.": "请提供一组内容。",
    "Not a valid mapping type.": "内容结构不正确。",
    "Not a valid URL.": "请填写完整的网址。",
    "Not a valid email address.": "请填写正确的电子邮箱。",
    "Invalid JSON body.": "内容不是有效的 JSON。",
    "String does not match expected pattern.": "格式不正确。",
    "One or more of the choices you made was not in: {choices}.": "请从给出的选项中选择。",
}

_OPS = {
    "greater than or equal to": "不小于",
    "less than or equal to": "不大于",
    "greater than": "大于",
    "less than": "小于",
}
_OP = "|".join(_OPS)
_SHAPES: list[tuple[re.Pattern[str], str]] = [
    (re.compile(r"Shorter than minimum length (?P<low>\d+)\."), "至少 %(low)s 个字。"),
    (re.compile(r"Longer than maximum length (?P<high>\d+)\."), "最多 %(high)s 个字。"),
    (
        re.compile(r"Length must be between (?P<low>\d+) and (?P<high>\d+)\."),
        "应为 %(low)s 到 %(high)s 个字。",
    ),
    (re.compile(r"Length must be (?P<low>\d+)\."), "应为 %(low)s 个字。"),
    (re.compile(r"Must be equal to (?P<low>.+)\."), "应等于 %(low)s。"),
    (re.compile(r"Must be one of: .*"), "请从给出的选项中选择。"),
    (re.compile(r"One or more of the choices you made was (not )?in: .*"), "请从给出的选项中选择。"),
]
_BOTH = re.compile(rf"Must be (?P<op1>{_OP}) (?P<low>\S+) and (?P<op2>{_OP}) (?P<high>\S+)\.")
_ONE = re.compile(rf"Must be (?P<op1>{_OP}) (?P<low>\S+)\.")


def in_words(text: str) -> str:
    """`text` as shown to people: our Chinese for the library's English, in the reader's language."""
    if text in _FIXED:
        return _(_FIXED[text])
    if found := _BOTH.fullmatch(text):
        return _("须%(op1)s %(low)s 且%(op2)s %(high)s。", **_ops(found))
    if found := _ONE.fullmatch(text):
        return _("须%(op1)s %(low)s。", **_ops(found))
    for shape, chinese in _SHAPES:
        if found := shape.fullmatch(text):
            return _(chinese, **found.groupdict())
    return _(text) if text else ""


def _ops(found: re.Match[str]) -> dict[str, str]:
    values = found.groupdict()
    return values | {name: _(_OPS[op]) for name, op in values.items() if name.startswith("op")}
