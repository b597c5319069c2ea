"""What a clerk types at the counter."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import validate

from kernel.validation.identity_numbers import check_identity_number
from kernel.validation.refusal import InvalidNumber

PURPOSES = (("bind", "绑定公积金账户"), ("real_person", "核验办事人本人"))


class CounterIn(ma.Schema):
    """The code from the person's phone, name and number from the card in the clerk's hand."""

    allow_synthetic = False

    purpose = ma.fields.String(
        required=True,
        validate=validate.OneOf([code for code, _ in PURPOSES]),
        metadata={"label": "办理内容", "kind": "radio", "choices": PURPOSES},
    )
    code = ma.fields.String(
        required=True,
        validate=validate.Length(min=8, max=12),
        metadata={"label": "柜台核验码", "help": "请办事人在手机上“我的”中生成，10分钟内有效。"},
    )
    name = ma.fields.String(
        required=True, validate=validate.Length(min=2, max=40), metadata={"label": "姓名"}
    )
    identity_number = ma.fields.String(
        required=True,
        metadata={"label": "身份证号码", "kind": "id", "help": "请核对人证一致后，按证件原件填写。"},
    )

    @ma.post_load
    def checked(self, data: dict[str, str], **_: object) -> dict[str, str]:
        try:
            number = check_identity_number(data["identity_number"], allow_synthetic=self.allow_synthetic)
        except InvalidNumber as error:
            raise ma.ValidationError(error.message_zh, "identity_number") from None
        return {**data, "identity_number": number}
