"""Forms about findings."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields, validate


class FindingForm(ma.Schema):
    """A finding on one item."""

    item_code = fields.String(required=True, metadata={"label": "评估项目", "kind": "select"})
    text_zh = fields.String(
        required=True,
        validate=validate.Length(min=2, max=1000),
        metadata={"label": "问题和要求", "kind": "textarea", "rows": 3},
    )
    must = fields.String(
        required=True,
        validate=validate.OneOf(["must", "advice"]),
        metadata={
            "label": "种类", "kind": "radio", "choices": [("must", "整改意见，须整改并复核"), ("advice", "建议，不需复核")],
        },
    )  # fmt: skip


class AnswerForm(ma.Schema):
    """What was done."""

    text_zh = fields.String(
        required=True,
        validate=validate.Length(min=2, max=2000),
        metadata={"label": "整改情况", "kind": "textarea", "rows": 4, "help": "写明采取的措施和结果；请勿填写职工的个人信息。"},
    )  # fmt: skip
    title_zh = fields.String(
        load_default="",
        validate=validate.Length(max=100),
        metadata={"label": "材料名称", "help": "上传文件时填写。"},
    )


class RecheckForm(ma.Schema):
    """Enough or not."""

    passed = fields.String(
        required=True,
        validate=validate.OneOf(["yes", "no"]),
        metadata={"label": "复核结果", "kind": "radio", "choices": [("yes", "通过"), ("no", "未通过")]},
    )
    note_zh = fields.String(
        load_default="",
        validate=validate.Length(max=1000),
        metadata={"label": "复核意见", "kind": "textarea", "rows": 2, "help": "未通过的必填，写明还缺什么。"},
    )
