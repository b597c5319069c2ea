"""Forms of a signature and of an extension."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import fields, validate

from shared_channels.sms.signatures.policy import STYLE_ZH


class SignatureIn(ma.Schema):
    """A signature as proposed. Which text is needed follows from the style."""

    style = fields.String(
        required=True, validate=validate.OneOf(list(STYLE_ZH), labels=list(STYLE_ZH.values())),
        metadata={"label": "签名方式", "kind": "radio"},
    )  # fmt: skip
    text_zh = fields.String(
        load_default="", validate=validate.Length(max=20),
        metadata={"label": "本机构签名", "help": "不带【】，由系统加上。选择“本机构签名”时填写。"},
    )  # fmt: skip
    suffix_zh = fields.String(
        load_default="", validate=validate.Length(max=20),
        metadata={"label": "文末的城市名", "help": "选择“省级签名，文末注明城市”时填写。"},
    )  # fmt: skip


class ExtensionIn(ma.Schema):
    """Digits for one body."""

    holder = fields.UUID(required=True, metadata={"label": "机构", "kind": "select"})
    extension = fields.String(
        required=True, validate=validate.Regexp(r"[0-9]{1,8}\Z"),
        metadata={"label": "扩展码", "help": "1 至 8 位数字，接在 12329 之后。登记过的不再分配给其他机构。"},
    )  # fmt: skip
