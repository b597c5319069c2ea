"""From bytes to plain values: safe YAML, the JSON schema, and each mistake with its line in plain words.

Refused besides what the schema refuses: more than 512 KiB, repeated keys (the later one would win in silence), anchors and aliases,
tags of one's own. Values that look like dates stay text, so that a schema pattern can speak of them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from onboarding.manifests.errors import Fault, ManifestInvalid

MAX_BYTES = 512 * 1024
Path_ = tuple[str | int, ...]
Lines = dict[Path_, int]

_SCHEMA = json.loads((Path(__file__).parent / "data" / "manifest.schema.json").read_text(encoding="utf-8"))
_VALIDATORS = {
    "city": Draft202012Validator(_SCHEMA),
    "province": Draft202012Validator({"$defs": _SCHEMA["$defs"], "$ref": "#/$defs/province"}),
}
WORDS = {
    "version": "版本", "centre": "中心", "sub_centres": "分中心", "units": "内设机构", "catalogue": "服务事项", "channels": "渠道",
    "staff": "人员", "budget": "额度", "figures": "数据", "twin": "演练环境", "notes": "说明", "code": "代码", "name": "名称",
    "short_name": "简称", "legal_entity": "法人单位", "build_mode": "建设方式", "own_app": "自有客户端", "fictional": "演示标记",
    "consolidates_into": "合并口径", "contact": "联系方式", "kind": "类别", "parent": "上级机构", "user": "登录名", "title": "职务",
    "unit": "机构", "roles": "角色", "sms_monthly": "每月短信条数", "allowance_fen": "年度额度（分）", "label": "指标名称", "value": "数值",
    "period": "期间", "source": "来源", "as_of": "来源日期", "plug": "接入方式", "state": "状态", "reason": "理由", "adopt": "采用方式",
    "without": "不采用的事项", "only": "只采用的事项", "on_date": "日期", "text": "内容", "local": "本地调整", "changes": "调整内容",
    "counter": "柜面", "portal": "门户网站", "hall": "网上业务大厅", "kiosk": "自助终端",
    "hotline": "热线", "sms": "短信", "app": "手机客户端",
    "wechat": "微信", "weibo": "微博", "gov_app": "政务客户端", "mini_app": "小程序", "province": "省级", "accounts": "省级账号",
}  # fmt: skip
_TYPES = {
    "string": "文字",
    "integer": "整数",
    "number": "数字",
    "boolean": "是或否",
    "array": "列表",
    "object": "一组内容",
    "null": "空",
}


_LIMITS = {
    "minLength": "不能少于 {} 个字。", "minItems": "不能为空。", "maxLength": "不能超过 {} 个字。", "maxItems": "最多 {} 项。",
    "minimum": "不能小于 {}。", "maximum": "不能大于 {}。", "uniqueItems": "有重复的内容，请只保留一个。",
}  # fmt: skip


class _Loader(yaml.SafeLoader):
    """Safe, and leaves dates as the text that was written."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rules if tag != "tag:yaml.org,2002:timestamp"]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(body: bytes, kind: str = "city") -> tuple[dict[str, Any], Lines]:
    """Values that satisfy the schema and the line of each place. Raises ManifestInvalid with every fault found."""
    values, lines = _parse(body)
    faults = [
        Fault(_line(lines, where), place(where), text)
        for error in _VALIDATORS[kind].iter_errors(values)
        for where, text in _words(error)
    ]
    if faults:
        raise ManifestInvalid(faults)
    return values, lines


def place(path: Path_) -> str:
    """Where in the file, in words: 人员 第 2 项，角色."""
    words: list[str] = []
    for part in path:
        if isinstance(part, int):
            words[-1:] = [f"{words[-1] if words else ''} 第 {part + 1} 项"]
        else:
            words.append(WORDS.get(part, f"“{part}”"))
    return "，".join(words)


def _line(lines: Lines, path: Path_) -> int:
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def line_of(lines: Lines, *path: str | int) -> int:
    """The line of a place or of the nearest place around it."""
    return _line(lines, path)


def _parse(body: bytes) -> tuple[dict[str, Any], Lines]:
    if len(body) > MAX_BYTES:
        raise ManifestInvalid([Fault(1, "", "清单文件超过 512 KB，请检查是否选错了文件。")])
    try:
        text = body.decode("utf-8-sig")
        _no_references(text)
        node = yaml.compose(text, _Loader)
        if node is None or not isinstance(node, yaml.MappingNode):
            raise ManifestInvalid([Fault(1, "", "清单内容不完整，应当从“version”开始逐项填写。")])
        lines: Lines = {}
        _walk(node, (), lines)
        values = yaml.load(text, _Loader)  # noqa: S506 — a SafeLoader
    except UnicodeDecodeError:
        raise ManifestInvalid(
            [Fault(1, "", "清单文件不是 UTF-8 编码的文字，请另存为 UTF-8 后再提交。")]
        ) from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        raise ManifestInvalid([Fault(line, "", "这里的格式不正确，请检查缩进、冒号和引号。")]) from None
    return values, lines


def _no_references(text: str) -> None:
    for token in yaml.scan(text, _Loader):
        if isinstance(token, yaml.AnchorToken | yaml.AliasToken | yaml.TagToken):
            raise ManifestInvalid(
                [Fault(token.start_mark.line + 1, "", "清单不支持引用和标签，请直接写出内容。")]
            )


def _walk(node: yaml.Node, path: Path_, lines: Lines) -> None:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            here = (*path, str(key.value))
            if key.value in seen:
                raise ManifestInvalid(
                    [Fault(key.start_mark.line + 1, place(here), "这一项写了两次，请只保留一次。")]
                )
            seen.add(key.value)
            lines[here] = key.start_mark.line + 1
            _walk(value, here, lines)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            _walk(value, (*path, number), lines)


def _words(error: ValidationError) -> list[tuple[Path_, str]]:
    """Each mistake of one broken rule, where it stands: an unknown entry has a line of its own."""
    where, schema = tuple(error.absolute_path), cast("dict[str, Any]", error.schema)
    value = cast(Any, error.instance)
    if error.validator == "additionalProperties":
        unknown = [name for name in value if name not in schema.get("properties", {})]
        return [((*where, name), "清单中没有这一项，请删除或改正。") for name in unknown]
    if error.validator == "required":
        missing = [name for name in cast(Any, error.validator_value) if name not in value]
        return [(where, f"缺少“{WORDS.get(name, name)}”（{name}）。") for name in missing]
    return [(where, text) for text in _texts(error, schema.get("x-zh"))]


def _texts(error: ValidationError, hint: Any) -> Sequence[str]:
    if hint:
        return [str(hint)]
    rule, limit = str(error.validator), cast(Any, error.validator_value)
    if rule == "type":
        return [f"应当填写{_type_words(limit)}。"]
    if rule in ("enum", "const"):
        return [f"只能填写：{'、'.join(str(o) for o in (limit if rule == 'enum' else [limit]))}。"]
    return [_LIMITS.get(rule, "填写的内容不符合要求。").format(limit)]


def _type_words(kinds: Any) -> str:
    return "或".join(_TYPES[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds))
