"""What clerks type: a decision, a request for more, the reason for looking at plain data."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields, validate


class DecisionIn(ma.Schema):
    """The verdict and the words that the applicant reads."""

    verdict = fields.String(
        required=True,
        validate=validate.OneOf(["approve", "refuse"], labels=["通过", "不予通过"]),
        metadata={"label": "审核结论", "kind": "radio"},
    )
    words = fields.String(
        load_default="",
        validate=validate.Length(max=500),
        metadata={
            "label": "说明",
            "kind": "textarea",
            "help": "申请人会看到。不予通过的必须写明原因和所依据的规定，例如《住房公积金管理条例》第几条。",
        },
    )


class SupplementIn(ma.Schema):
    """What is missing."""

    words = fields.String(
        required=True,
        validate=validate.Length(min=5, max=500, error="请写明需要补正什么、怎样补正，5 至 500 个字。"),
        metadata={
            "label": "需要补正的内容",
            "kind": "textarea",
            "help": "申请人会看到并收到短信提醒。请一次写全需要补正的内容；补正期间不计入办理时限。",
        },
    )


class RevealIn(ma.Schema):
    """Why the plain data are needed."""

    reason = fields.String(
        required=True,
        validate=validate.Length(min=4, max=200, error="请写明查看事由，4 至 200 个字。"),
        metadata={
            "label": "查看事由",
            "help": "查看人、时间和事由记入操作日志。",
            "placeholder": "例如：电话核对租房地址",
        },
    )
