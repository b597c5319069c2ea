"""Forms of limits and of a blocked number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from shared_channels.sms.numbers.policy import CATEGORY_ZH, REACH_ZH, REASON_ZH, Limits


def limits_schema() -> ma.Schema:
    """Two numbers for each category."""
    shape: dict[str, fields.Field[Any]] = {}
    for category, name in CATEGORY_ZH.items():
        for span, label in (("hour", "每小时最多"), ("day", "每天最多")):
            shape[f"{category}-{span}"] = fields.Integer(
                load_default=None, allow_none=True, validate=validate.Range(min=1, max=10_000),
                metadata={"label": label, "kind": "number", "unit": "条", "group": name, "help": "留空表示不限。"},
            )  # fmt: skip
    return ma.Schema.from_dict(shape)()


def limits_of(data: Mapping[str, Any]) -> dict[str, list[int | None]]:
    """The checked form as a payload."""
    return {c: [data.get(f"{c}-hour"), data.get(f"{c}-day")] for c in CATEGORY_ZH}


def values_of(limits: Limits) -> dict[str, Any]:
    """What the form shows."""
    return {
        f"{category}-{span}": limit[place]
        for category, limit in limits.items()
        for place, span in enumerate(("hour", "day"))
    }


class BlockIn(ma.Schema):
    """A number to block."""

    phone = fields.String(required=True, metadata={"label": "手机号码", "kind": "phone"})
    reach = fields.String(
        required=True, validate=validate.OneOf(list(REACH_ZH), labels=list(REACH_ZH.values())),
        metadata={"label": "不再接收", "help": "限制“所有短信”后，这个号码也收不到验证码，不能登录。"},
    )  # fmt: skip
    reason = fields.String(
        required=True, validate=validate.OneOf(list(REASON_ZH), labels=list(REASON_ZH.values())),
        metadata={"label": "原因"},
    )  # fmt: skip
    until = fields.DateTime(
        load_default=None, allow_none=True,
        metadata={"label": "限制到", "kind": "moment", "help": "留空表示一直限制，直到取消。"},
    )  # fmt: skip
