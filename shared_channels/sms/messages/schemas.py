"""What the interface takes and gives, and the form of the search.

The hot route decodes by msgspec (`MessageIn`); `MessageInDoc` says the same for the OpenAPI document, and a test holds both together.
"""

from __future__ import annotations

from datetime import datetime

import marshmallow as ma
import msgspec
from marshmallow import fields, validate

from shared_channels.sms.messages.policy import LOOK_UP_REASONS

MOST_VALUES = 12


class MessageIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One message as a program hands it in."""

    template: str
    phone: str
    values: dict[str, str] = {}
    due_at: datetime | None = None
    expires_at: datetime | None = None


class MessageInDoc(ma.Schema):
    """The same for the document."""

    template = fields.String(required=True, metadata={"description": "已批准模板的编号"})
    phone = fields.String(required=True, metadata={"description": "11 位手机号码"})
    values = fields.Dict(
        keys=fields.String(), values=fields.String(), metadata={"description": "模板变量的内容"}
    )
    due_at = fields.AwareDateTime(allow_none=True, metadata={"description": "定时发送的时间"})
    expires_at = fields.AwareDateTime(allow_none=True, metadata={"description": "过了这个时间就不再发送"})


class AcceptedOut(ma.Schema):
    """A message that was taken in."""

    id = fields.UUID(required=True)
    segments = fields.Integer(required=True, metadata={"description": "计费条数"})
    repeated = fields.Boolean(required=True, metadata={"description": "同一标识以前受理过，这次没有新增短信"})


class LookUpIn(ma.Schema):
    """Whose messages, and why."""

    phone = fields.String(required=True, metadata={"label": "手机号码", "kind": "phone"})
    reason = fields.String(
        required=True, validate=validate.OneOf(list(LOOK_UP_REASONS), labels=list(LOOK_UP_REASONS.values())),
        metadata={"label": "查询事由", "help": "查询会记入操作日志。"},
    )  # fmt: skip
    reference = fields.String(
        load_default="", validate=validate.Regexp(r"(?!.*\d{11})[A-Za-z0-9-]{0,40}\Z"),
        metadata={"label": "相关编号", "help": "工单或者办件的编号，没有的不填。"},
    )  # fmt: skip


class RevealIn(ma.Schema):
    """Why a text is looked at."""

    reason = fields.String(
        required=True, validate=validate.OneOf(list(LOOK_UP_REASONS), labels=list(LOOK_UP_REASONS.values())),
        metadata={"label": "查看事由", "help": "查看会记入操作日志。"},
    )  # fmt: skip
