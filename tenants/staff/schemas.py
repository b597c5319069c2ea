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
