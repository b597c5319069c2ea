"""The form of a plan."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields, validate


class PlanIn(ma.Schema):
    """A year's plan. Money is typed in yuan and kept in fen."""

    year = fields.Integer(required=True, metadata={"label": "年度", "kind": "hidden"})
    sms_monthly = fields.Integer(
        required=True, validate=validate.Range(min=0, max=10**9),
        metadata={"label": "短信月计划", "kind": "number", "unit": "条", "group": "12329短信", "help": "按计费条数填写，签名计入字数。"},
    )  # fmt: skip
    allowance_fen = fields.Integer(
        required=True, validate=validate.Range(min=0),
        metadata={"label": "短信年度额度", "kind": "money", "group": "12329短信"},
    )  # fmt: skip
    warn_percent = fields.Integer(
        required=True, validate=validate.Range(min=1, max=100),
        metadata={
            "label": "提醒线", "kind": "number", "unit": "%", "group": "12329短信",
            "help": "用到额度的这个比例时提醒。平台默认值，可修改。"},
    )  # fmt: skip
    construction_fen = fields.Integer(
        required=True, validate=validate.Range(min=0),
        metadata={"label": "建设费用年度预算", "kind": "money", "group": "专项经费", "help": "依据：通知第三部分，列入专项经费预算。"},
    )  # fmt: skip
    operation_fen = fields.Integer(
        required=True, validate=validate.Range(min=0),
        metadata={"label": "运行维护费用年度预算", "kind": "money", "group": "专项经费"},
    )  # fmt: skip
    security_fen = fields.Integer(
        required=True, validate=validate.Range(min=0),
        metadata={"label": "安全评测费用年度预算", "kind": "money", "group": "专项经费"},
    )  # fmt: skip
