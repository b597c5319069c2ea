"""Forms of construction."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields, validate

from acceptance.construction.policy import MODE_ZH


class PlanForm(ma.Schema):
    """A body's plan."""

    build_mode = fields.String(
        required=True,
        validate=validate.OneOf(list(MODE_ZH)),
        metadata={"label": "建设方式", "kind": "select", "choices": list(MODE_ZH.items())},
    )
    leader_zh = fields.String(
        required=True,
        validate=validate.Length(min=2, max=60),
        metadata={"label": "领导小组组长", "help": "由一把手牵头，填写职务与姓名。"},
    )
    department_zh = fields.String(
        required=True, validate=validate.Length(min=2, max=60), metadata={"label": "运营管理部门"}
    )
    contractor_zh = fields.String(
        load_default="",
        validate=validate.Length(max=100),
        metadata={"label": "承建单位", "help": "使用省级平台且没有另行委托的，可以不填。"},
    )
    started_on = fields.Date(required=True, metadata={"label": "开始日期", "kind": "date"})
    planned_end_on = fields.Date(required=True, metadata={"label": "计划完成日期", "kind": "date"})


class EvidenceForm(ma.Schema):
    """One piece of evidence."""

    title_zh = fields.String(
        required=True, validate=validate.Length(min=2, max=100), metadata={"label": "材料名称"}
    )
    note_zh = fields.String(
        load_default="",
        validate=validate.Length(max=1000),
        metadata={"label": "说明", "kind": "textarea", "rows": 3, "help": "请勿填写职工的个人信息。"},
    )
    address = fields.String(
        load_default="",
        validate=validate.Regexp(
            r"^(https?://[^\s<>\"']{3,200})?$", error="请填写以 http:// 或 https:// 开头的网址。"
        ),
        metadata={"label": "网址", "help": "例如对外公布的页面。"},
    )


class ReturnForm(ma.Schema):
    """Why evidence goes back."""

    reason_zh = fields.String(
        required=True,
        validate=validate.Length(min=2, max=300),
        metadata={"label": "退回原因", "kind": "textarea", "rows": 2},
    )


class UrgeForm(ma.Schema):
    """A word from the province."""

    text_zh = fields.String(
        required=True,
        validate=validate.Length(min=5, max=500),
        metadata={"label": "督办内容", "kind": "textarea", "rows": 3},
    )
    answer_by_on = fields.Date(required=True, metadata={"label": "回复期限", "kind": "date"})


class AnswerForm(ma.Schema):
    """The body's answer."""

    answer_zh = fields.String(
        required=True,
        validate=validate.Length(min=5, max=500),
        metadata={"label": "回复内容", "kind": "textarea", "rows": 3},
    )
