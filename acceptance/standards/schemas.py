"""Forms of the standard's draft."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields, validate


class CheckIn(ma.Schema):
    """One check point of the draft. The threshold stays empty where people judge."""

    points = fields.Decimal(
        required=True, places=2, validate=validate.Range(min=0, max=20),
        metadata={"label": "分值", "kind": "number", "unit": "分", "help": "各检查点分值合计须为 100 分，可以分几次调整。"},
    )  # fmt: skip
    threshold = fields.Decimal(
        load_default=None, allow_none=True, places=4, validate=validate.Range(min=0, max=100000),
        metadata={"label": "达标值", "kind": "number", "help": "与指标单位相同；由人员评定的检查点不填写。"},
    )  # fmt: skip
    threshold_zh = fields.String(
        required=True,
        validate=validate.Length(min=1, max=200),
        metadata={"label": "达标要求", "kind": "textarea", "rows": 2},
    )
    check_zh = fields.String(
        required=True,
        validate=validate.Length(min=1, max=200),
        metadata={"label": "检查内容", "kind": "textarea", "rows": 2},
    )
    method_zh = fields.String(
        required=True,
        validate=validate.Length(min=1, max=500),
        metadata={"label": "测评方法", "kind": "textarea", "rows": 4},
    )


class EffectiveIn(ma.Schema):
    """From when the new version counts."""

    effective_on = fields.Date(required=True, metadata={"label": "生效日期", "kind": "date"})
