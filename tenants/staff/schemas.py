"""Forms about people, roles and units."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from kernel.tenancy.models import UNIT_KIND_ZH

UNIT_KINDS = [(str(kind), word) for kind, word in UNIT_KIND_ZH.items()]


class GrantIn(ma.Schema):
    """A role for a person."""

    role = fields.String(required=True, metadata={"label": "岗位", "kind": "select"})
    valid_to = fields.Date(
        load_default=None, allow_none=True,
        metadata={"label": "到期日", "kind": "date", "help": "外部人员（承建单位、测评机构等）必须填写；留空表示长期。"},
    )  # fmt: skip

    @ma.post_load
    def as_text(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """The date as the payload holds it."""
        if data.get("valid_to") is not None:
            data["valid_to"] = data["valid_to"].isoformat()
        return data


class InviteIn(ma.Schema):
    """Somebody new."""

    name_zh = fields.String(
        required=True, validate=validate.Length(min=2, max=40), metadata={"label": "姓名"}
    )
    username = fields.String(
        required=True,
        validate=validate.Regexp(
            r"^[a-z][a-z0-9._-]{2,31}$", error="请以小写字母开头，使用 3 至 32 位小写字母、数字、点或横线。"
        ),
        metadata={"label": "登录名", "help": "全省唯一，开通后不能更改。"},
    )
    title_zh = fields.String(load_default="", validate=validate.Length(max=40), metadata={"label": "职务"})
    unit_id = fields.UUID(load_default=None, allow_none=True, metadata={"label": "部门", "kind": "select"})


class RenameIn(ma.Schema):
    """Another name of a unit."""

    name_zh = fields.String(
        required=True, validate=validate.Length(min=2, max=60), metadata={"label": "名称"}
    )


class DisableIn(ma.Schema):
    """Why somebody is shut out."""

    reason = fields.String(
        required=True,
        validate=validate.Length(min=2, max=200),
        metadata={"label": "停用原因", "kind": "textarea", "rows": 2},
    )


class UnitIn(ma.Schema):
    """A unit."""

    code = fields.String(
        required=True, validate=validate.Regexp(r"^[0-9A-Z]{2,8}$", error="请填写 2 至 8 位大写字母或数字。"),
        metadata={"label": "编码"},
    )  # fmt: skip
    name_zh = fields.String(
        required=True, validate=validate.Length(min=2, max=60), metadata={"label": "名称"}
    )
    kind = fields.String(
        required=True, validate=validate.OneOf([c for c, _ in UNIT_KINDS]),
        metadata={"label": "类别", "kind": "select", "choices": UNIT_KINDS},
    )  # fmt: skip
