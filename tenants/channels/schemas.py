"""Forms and JSON of channels."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from kernel.web.locale import ZONE

HOURS = [(f"{h:02d}:{m:02d}", f"{h:02d}:{m:02d}") for h in range(24) for m in (0, 30)]


class _When(ma.Schema):
    """From when until when; empty means at once and without end."""

    start = fields.DateTime(
        load_default=None, allow_none=True,
        metadata={"label": "开始时间", "kind": "moment", "help": "留空表示审批通过后立即生效。"},
    )  # fmt: skip
    end = fields.DateTime(
        load_default=None, allow_none=True,
        metadata={"label": "截止时间", "kind": "moment", "help": "到时自动恢复；留空表示没有截止时间。"},
    )  # fmt: skip

    @ma.post_load
    def aware(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """What was typed is Beijing time."""
        for name in ("start", "end"):
            at: datetime | None = data.get(name)
            if at is not None:
                data[name] = (at if at.tzinfo else at.replace(tzinfo=ZONE)).isoformat()
        return data


class SwitchIn(_When):
    """Start or stop a channel."""

    open = fields.Boolean(required=True, metadata={"label": "启用", "kind": "hidden"})
    consent_zh = fields.String(
        load_default="", validate=validate.Length(max=200),
        metadata={
            "label": "省厅同意的文件名称与日期",
            "help": "长期停用被广泛使用的渠道时必填。依据：通知第六部分。",
        },
    )  # fmt: skip


class ItemSwitchIn(_When):
    """Open or close an item on a channel."""

    open = fields.Boolean(required=True, metadata={"label": "开通", "kind": "hidden"})
    item_code = fields.String(required=True, metadata={"label": "事项", "kind": "hidden"})


class ParametersIn(ma.Schema):
    """Service hours, limits and thresholds."""

    open_from = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf([c for c, _ in HOURS]),
        metadata={"label": "服务开始时间", "kind": "select", "choices": HOURS, "group": "服务时间", "help": "与结束时间同时留空表示全天。"},
    )  # fmt: skip
    open_to = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf([c for c, _ in HOURS]),
        metadata={"label": "服务结束时间", "kind": "select", "choices": HOURS, "group": "服务时间"},
    )  # fmt: skip
    working_days_only = fields.Boolean(
        load_default=False, metadata={"label": "只在工作日提供服务", "kind": "checkbox", "group": "服务时间"}
    )
    single_min_fen = fields.Integer(
        load_default=None,
        allow_none=True,
        metadata={"label": "单笔下限", "kind": "money", "group": "交易限额", "help": "留空表示不限。"},
    )
    single_max_fen = fields.Integer(
        load_default=None,
        allow_none=True,
        metadata={"label": "单笔上限", "kind": "money", "group": "交易限额"},
    )
    day_max_fen = fields.Integer(
        load_default=None, allow_none=True,
        metadata={"label": "单日限额", "kind": "money", "group": "交易限额", "help": "同一用户在本渠道一天内的合计。"},
    )  # fmt: skip
    visits_threshold = fields.Integer(
        load_default=None, allow_none=True,
        metadata={"label": "每小时访问量阈值", "kind": "number", "unit": "次", "group": "流量控制", "help": "留空表示不设阈值。"},
    )  # fmt: skip
    business_threshold = fields.Integer(
        load_default=None, allow_none=True,
        metadata={"label": "每小时业务量阈值", "kind": "number", "unit": "次", "group": "流量控制"},
    )  # fmt: skip
    automatic = fields.Boolean(
        load_default=False,
        metadata={"label": "超过阈值时自动引导至其他渠道", "kind": "checkbox", "group": "流量控制", "help": "不勾选时只提醒，由人工处置。"},
    )  # fmt: skip


class EmergencyIn(ma.Schema):
    """An emergency stop."""

    reason = fields.String(
        required=True, validate=validate.Length(min=2, max=300),
        metadata={"label": "紧急停用的原因", "kind": "textarea", "rows": 3, "help": "将立即停用并记入日志，同时通知审核人员。"},
    )  # fmt: skip


class ChannelOut(ma.Schema):
    """A channel as the interface shows it."""

    code = fields.String()
    name_zh = fields.String()
    open = fields.Boolean()
    source = fields.String()
    hours_zh = fields.String()
    items_open = fields.Integer()
    items_offered = fields.Integer()


def hour(value: time | None) -> str | None:
    """A stored hour as the form's choice."""
    return None if value is None else f"{value:%H:%M}"
