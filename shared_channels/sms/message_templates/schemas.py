"""The form of a template: fixed fields, and two for each variable that stands in the body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from shared_channels.sms.message_templates.policy.content import (
    CATEGORY_ZH,
    NAMED_PLACE,
    TYPE_ZH,
    TemplateContent,
    Variable,
    VariableType,
    keyed,
    named_body,
    names_in,
)

MOST_VARIABLES = 12


def names_typed(body: str) -> list[str]:
    """The variables of a body as typed, each once, as many as a form shows."""
    return names_in(body)[:MOST_VARIABLES]


def template_schema(names: Sequence[str], *, with_code: bool = False) -> ma.Schema:
    """The schema of a form for a body with these variables."""
    shape: dict[str, fields.Field[Any]] = {}
    if with_code:
        shape["code"] = fields.String(
            required=True, validate=validate.Length(max=60),
            metadata={"label": "编号", "help": "小写字母、数字和下划线，用点分成两段或三段，供程序使用。发布后不能修改。"},
        )  # fmt: skip
    shape |= {
        "name_zh": fields.String(required=True, validate=validate.Length(max=40), metadata={"label": "名称"}),
        "category": fields.String(
            required=True, validate=validate.OneOf(list(CATEGORY_ZH), labels=list(CATEGORY_ZH.values())),
            metadata={"label": "短信种类", "help": "种类决定发送的先后，由审批确定，发送时不能改变。"},
        ),
        "body_zh": fields.String(
            required=True, validate=validate.Length(max=450),
            metadata={
                "label": "正文", "kind": "textarea", "rows": 4,
                "help": "不要写【】和签名，由系统加上。变量写在大括号中，例如 {事项名称}；保存后在下面说明每个变量的类型和长度。",
            },
        ),
        "never_stopped": fields.Boolean(
            load_default=False, metadata={"label": "额度用尽后继续发送（只用于验证码和资金变动通知）"}
        ),
    }  # fmt: skip
    for name in names:
        group = f"变量“{name}”"
        shape[f"{name}-type"] = fields.String(
            required=True, validate=validate.OneOf(list(TYPE_ZH), labels=list(TYPE_ZH.values())),
            metadata={"label": "类型", "group": group},
        )  # fmt: skip
        shape[f"{name}-length"] = fields.Integer(
            required=True, validate=validate.Range(min=1, max=200),
            metadata={"label": "最大长度", "kind": "number", "unit": "字", "group": group},
        )  # fmt: skip
    return ma.Schema.from_dict(shape)()


def content_of_form(data: Mapping[str, Any], known: Sequence[Variable]) -> TemplateContent:
    """The content that a checked form holds; `known` are the variables that the template had, whose keys programs use."""
    typed = data["body_zh"].strip()
    names = names_typed(typed)
    keys = keyed(names, known)
    body = NAMED_PLACE.sub(lambda found: f"{{{keys.get(found[1], found[1])}}}", typed)
    variables = tuple(
        Variable(keys[name], name, str(VariableType(data[f"{name}-type"])), data[f"{name}-length"])
        for name in names
    )
    return TemplateContent(data["name_zh"], data["category"], body, variables, data["never_stopped"])


def values_of(content: TemplateContent) -> dict[str, Any]:
    """What the form shows for a content."""
    values: dict[str, Any] = {
        "name_zh": content.name_zh,
        "category": content.category,
        "body_zh": named_body(content),
        "never_stopped": content.never_stopped,
    }
    for variable in content.variables:
        values |= {
            f"{variable.name_zh}-type": variable.type,
            f"{variable.name_zh}-length": variable.max_length,
        }
    return values
