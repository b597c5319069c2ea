"""The form with which a centre takes in a sub-centre."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import validate

from kernel.permissions import data as permission_data

_WORDS = validate.Length(min=2, max=60)
USER = validate.Regexp(
    "^[a-z][a-z0-9._-]{2,39}$", error="应当以小写字母开头，由 3 到 40 位小写字母、数字、点、短横线组成。"
)
ADMIN_ROLE = "sub_centre_admin"


class PlugInIn(ma.Schema):
    """What a centre says of an independent sub-centre; everything else is inherited from the centre."""

    code = ma.fields.String(
        required=True,
        validate=validate.Regexp("^C[0-9]{5}$", error="应当是字母 C 加 5 位数字，例如 C37051。"),
        metadata={"label": "机构代码", "help": "分中心自己的代码，不由中心代码推出；使用后不能再改。"},
    )
    name_zh = ma.fields.String(required=True, validate=_WORDS, metadata={"label": "名称"})
    short_name_zh = ma.fields.String(required=True, validate=_WORDS, metadata={"label": "简称"})
    legal_entity_zh = ma.fields.String(required=True, validate=_WORDS, metadata={"label": "法人单位"})
    build_mode = ma.fields.String(
        required=True,
        validate=validate.OneOf(
            ["provincial_shared", "self_built", "in_progress"], ["使用中心平台", "使用自有系统", "建设中"]
        ),
        metadata={"label": "建设方式"},
    )
    reason_zh = ma.fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={
            "label": "暂不接入的理由",
            "kind": "textarea",
            "rows": 2,
            "help": "接入中心平台的不用填写。",
        },
    )
    admin_user = ma.fields.String(
        required=True, validate=USER, metadata={"label": "分中心管理员登录名", "group": "首个岗位"}
    )
    admin_name_zh = ma.fields.String(
        required=True, validate=_WORDS, metadata={"label": "分中心管理员姓名", "group": "首个岗位"}
    )
    sms_monthly = ma.fields.Integer(
        load_default=0,
        validate=validate.Range(0, 100_000_000),
        metadata={"label": "每月短信计划", "unit": "条", "group": "额度"},
    )
    allowance_fen = ma.fields.Integer(
        load_default=0,
        validate=validate.Range(0, 10**11),
        metadata={"label": "年度额度", "kind": "money", "group": "额度"},
    )

    @ma.validates_schema
    def _reason_given(self, values: dict[str, str], **_: object) -> None:
        if values.get("build_mode") == "self_built" and not values.get("reason_zh"):
            raise ma.ValidationError("使用自有系统的，请写明理由。", "reason_zh")


def role_name() -> str:
    """The Chinese name of the first post's role."""
    return next(str(row["name_zh"]) for row in permission_data.roles() if row["code"] == ADMIN_ROLE)
