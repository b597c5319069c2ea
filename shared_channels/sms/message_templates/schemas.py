"""The form of a template: fixed fields, and three for each variable that stands in the body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from shared_channels.sms.message_templates.policy.content import (
    CATEGORY_ZH,
    PLACE,
    TYPE_ZH,
    TemplateContent,
    Variable,
    VariableType,
)

MOST_VARIABLES = 12


def keys_in(body: str) -> list[str]:
    """The variables of a body as typed, in their order, each once."""
    return list(dict.fromkeys(PLACE.findall(body)))[:MOST_VARIABLES]


def template_schema(keys: Sequence[str], *, with_code: bool = False) -> ma.Schema:
    """The schema of a form for a body with these variables."""
    shape: dict[str, fields.Field[Any]] = {}
    if with_code:
        shape["code"] = fields.String(
            required=True, validate=validate.Length(max=60),
            metadata={"label": "编号", "help": "小写字母、数字和下划线，用点分段，例如 notice.example。发布后不能修改。"},
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
                "help": "不要写【】和签名，由系统加上。变量写在大括号中，例如 {item}；保存后在下面逐个说明。",
            },
        ),
        "never_stopped": fields.Boolean(
            load_default=False, metadata={"label": "额度用尽后继续发送（只用于验证码和资金变动通知）"}
        ),
    }  # fmt: skip
    for key in keys:
        group = f"变量 {{{key}}}"
        shape[f"{key}-name"] = fields.String(
            required=True, validate=validate.Length(max=20), metadata={"label": "名称", "group": group}
        )
        shape[f"{key}-type"] = fields.String(
            required=True, validate=validate.OneOf(list(TYPE_ZH), labels=list(TYPE_ZH.values())),
            metadata={"label": "类型", "group": group},
        )  # fmt: skip
        shape[f"{key}-length"] = fields.Integer(
            required=True, validate=validate.Range(min=1, max=200),
            metadata={"label": "最大长度", "kind": "number", "unit": "字", "group": group},
        )  # fmt: skip
    return ma.Schema.from_dict(shape)()


def content_of_form(data: Mapping[str, Any]) -> TemplateContent:
    """The content that a checked form holds."""
    keys = keys_in(data["body_zh"])
    variables = tuple(
        Variable(key, data[f"{key}-name"], str(VariableType(data[f"{key}-type"])), data[f"{key}-length"])
        for key in keys
    )
    return TemplateContent(
        data["name_zh"], data["category"], data["body_zh"].strip(), variables, data["never_stopped"]
    )


def values_of(content: TemplateContent) -> dict[str, Any]:
    """What the form shows for a content."""
    values: dict[str, Any] = {
        "name_zh": content.name_zh,
        "category": content.category,
        "body_zh": content.body_zh,
        "never_stopped": content.never_stopped,
    }
    for variable in content.variables:
        values |= {
            f"{variable.key}-name": variable.name_zh,
            f"{variable.key}-type": variable.type,
            f"{variable.key}-length": variable.max_length,
        }
    return values
