"""What people type on the way in."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import validate

from kernel.validation.identity_numbers import check_identity_number
from kernel.validation.phones import check_mobile
from kernel.validation.refusal import InvalidNumber


class _Typed(ma.Schema):
    """Numbers of demo persons pass in demo and rehearsal only (decision D36): `context_synthetic` is set by the page."""

    allow_synthetic = False

    @classmethod
    def for_page(cls, *, synthetic: bool) -> _Typed:
        """The schema of one page."""
        made = cls()
        made.allow_synthetic = synthetic
        return made


class PhoneIn(_Typed):
    """A mobile number."""

    phone = ma.fields.String(
        required=True,
        metadata={
            "label": "手机号码", "kind": "phone", "autocomplete": "tel-national",
            "help": "请填写本人正在使用的手机号码。",
        },
    )  # fmt: skip

    @ma.post_load
    def checked(self, data: dict[str, str], **_: object) -> dict[str, str]:
        try:
            return {**data, "phone": check_mobile(data["phone"], allow_synthetic=self.allow_synthetic)}
        except InvalidNumber as error:
            raise ma.ValidationError(error.message_zh, "phone") from None


class CodeIn(ma.Schema):
    """The code from the message."""

    code = ma.fields.String(
        required=True,
        validate=validate.Regexp(r"[0-9]{6}\Z", error="请填写短信中的6位数字。"),
        metadata={"label": "短信验证码", "kind": "code", "autocomplete": "one-time-code"},
    )


class IdentityIn(_Typed):
    """Name, identity number and, where cards are checked, a bank card."""

    name = ma.fields.String(
        required=True,
        validate=validate.Length(min=2, max=40),
        metadata={"label": "姓名", "autocomplete": "name"},
    )
    identity_number = ma.fields.String(required=True, metadata={"label": "身份证号码", "kind": "id"})
    card = ma.fields.String(
        load_default="",
        validate=validate.Regexp(r"[0-9 ]{12,23}\Z|\Z", error="请填写银行卡正面的卡号，12到19位数字。"),
        metadata={
            "label": "本人银行卡号",
            "kind": "text",
            "help": "可以不填。填写后同时核对姓名、身份证号码和银行卡是否为同一人。",
        },
    )

    @ma.post_load
    def checked(self, data: dict[str, str], **_: object) -> dict[str, str]:
        try:
            number = check_identity_number(data["identity_number"], allow_synthetic=self.allow_synthetic)
        except InvalidNumber as error:
            raise ma.ValidationError(error.message_zh, "identity_number") from None
        return {**data, "identity_number": number}
