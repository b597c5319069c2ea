"""Forms of the province and of experts."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields, validate


class ReturnForm(ma.Schema):
    """What is missing, one line each."""

    missing = fields.String(
        required=True,
        validate=validate.Length(min=2, max=2000),
        metadata={
            "label": "需要补充的内容",
            "kind": "textarea",
            "rows": 6,
            "help": "每行写一条，会逐条告知中心。",
        },
    )


class RecuseForm(ma.Schema):
    """Why an expert steps back."""

    reason_zh = fields.String(
        required=True,
        validate=validate.Length(min=2, max=300),
        metadata={"label": "回避原因", "kind": "textarea", "rows": 3},
    )


class DiscussionForm(ma.Schema):
    """What was discussed."""

    discussion_zh = fields.String(
        required=True,
        validate=validate.Length(min=5, max=2000),
        metadata={"label": "分歧和合议结果", "kind": "textarea", "rows": 5},
    )


class OpinionForm(ma.Schema):
    """The wording."""

    opinion_zh = fields.String(
        required=True,
        validate=validate.Length(min=5, max=5000),
        metadata={
            "label": "验收意见", "kind": "textarea", "rows": 10,
            "help": "写明总体评价、突出做法和主要问题；整改意见在“整改意见”中逐条提出。",
        },
    )  # fmt: skip


class SignForm(ma.Schema):
    """Agree, or dissent in words."""

    agrees = fields.String(
        required=True,
        validate=validate.OneOf(["yes", "no"]),
        metadata={"label": "签署", "kind": "radio", "choices": [("yes", "同意"), ("no", "不同意，保留意见")]},
    )
    dissent_zh = fields.String(
        load_default="",
        validate=validate.Length(max=1000),
        metadata={
            "label": "不同意见",
            "kind": "textarea",
            "rows": 3,
            "help": "不同意的必填，原文载入验收意见书。",
        },
    )
