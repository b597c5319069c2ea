"""What seats type: a call, an answer, a hand-over, a remark, a double, a reason, a limit."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields, validate

from tenants.work_orders.policy.limits import UNIT_ZH
from tenants.work_orders.policy.words import KIND_ZH, SOURCE_ZH

_VERSION = {"kind": "hidden"}


class CallIn(ma.Schema):
    """What a caller says."""

    kind = fields.String(
        required=True,
        validate=validate.OneOf(list(KIND_ZH), labels=list(KIND_ZH.values())),
        metadata={"label": "类别", "kind": "radio"},
    )
    channel = fields.String(
        required=True,
        validate=validate.OneOf(list(SOURCE_ZH), labels=list(SOURCE_ZH.values())),
        metadata={"label": "来源渠道", "kind": "select"},
    )
    name = fields.String(
        load_default="",
        validate=validate.Length(max=40),
        metadata={"label": "反映人姓名", "help": "反映人不愿留名的，可以不填。"},
    )
    contact = fields.String(
        load_default="",
        validate=validate.Length(max=20),
        metadata={
            "label": "联系电话",
            "kind": "phone",
            "help": "答复时需要用到。单位欠缴举报可以不留电话。",
        },
    )
    unit_id = fields.String(
        load_default="",
        metadata={"label": "办理部门", "kind": "select", "help": "不选的，留在中心工单台。"},
    )
    text = fields.String(
        required=True,
        validate=validate.Length(min=5, max=2000, error="请填写 5 至 2000 个字。"),
        metadata={"label": "反映内容", "kind": "textarea", "rows": 6},
    )


class AnswerIn(ma.Schema):
    """The answer."""

    version = fields.Integer(required=True, metadata=_VERSION)
    text = fields.String(
        required=True,
        validate=validate.Length(min=10, max=2000, error="请填写 10 至 2000 个字。"),
        metadata={
            "label": "答复内容",
            "kind": "textarea",
            "rows": 8,
            "help": "反映人会看到全文，并收到短信提醒。请写明结论、依据和后续办法，不要写其他人的个人信息。",
        },
    )


class HandOverIn(ma.Schema):
    """To whom and why."""

    version = fields.Integer(required=True, metadata=_VERSION)
    unit_id = fields.String(required=True, metadata={"label": "转交给", "kind": "select"})
    words = fields.String(
        required=True,
        validate=validate.Length(min=2, max=500, error="请填写 2 至 500 个字。"),
        metadata={"label": "转交说明", "kind": "textarea", "help": "只有工作人员能看到。"},
    )


class CommentIn(ma.Schema):
    """A remark for colleagues."""

    version = fields.Integer(required=True, metadata=_VERSION)
    words = fields.String(
        required=True,
        validate=validate.Length(min=1, max=500),
        metadata={"label": "备注", "kind": "textarea", "rows": 3, "help": "只有工作人员能看到。"},
    )


class MergeIn(ma.Schema):
    """Which work order goes on."""

    version = fields.Integer(required=True, metadata=_VERSION)
    number = fields.String(
        required=True,
        validate=validate.Length(max=20),
        metadata={
            "label": "并入的工单编号",
            "help": "须为同一人反映的同类工单。并入后在那件工单上统一答复。",
        },
    )


class RevealIn(ma.Schema):
    """Why the plain number is needed."""

    reason = fields.String(
        required=True,
        validate=validate.Length(min=4, max=200, error="请写明查看事由，4 至 200 个字。"),
        metadata={
            "label": "查看事由",
            "help": "查看人、时间和事由记入操作日志。",
            "placeholder": "例如：回电核实情况",
        },
    )


class FindIn(ma.Schema):
    """A caller's number: sent in the body, never in an address."""

    phone = fields.String(
        required=True,
        validate=validate.Length(min=7, max=20, error="请填写完整的电话号码。"),
        metadata={"label": "联系电话", "kind": "phone", "help": "须为完整号码。查找记入操作日志。"},
    )


class LimitIn(ma.Schema):
    """A centre's own limit."""

    value = fields.Integer(
        required=True,
        validate=validate.Range(min=1, max=90, error="请填写 1 至 90 的天数。"),
        metadata={"label": "答复时限", "kind": "number"},
    )
    unit = fields.String(
        required=True,
        validate=validate.OneOf(list(UNIT_ZH), labels=["工作日", "自然日"]),
        metadata={"label": "计算方式", "kind": "radio"},
    )
