"""Bodies of the channel interface."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import validate

from shared_channels.accounts.policy import CHANNEL_ZH
from shared_channels.channel_api.policy import PROGRAM_CHANNELS, SCOPE_ZH

_USER = {"description": "渠道内的用户标识（如 openid）；共用设备不填"}


class _User(ma.Schema):
    user = ma.fields.String(load_default="", validate=validate.Length(max=128), metadata=_USER)


class EnterIn(_User):
    """Enter as a linked user, or on a shared device with a proven number."""

    challenge = ma.fields.String(load_default="", validate=validate.Length(max=100))
    code = ma.fields.String(load_default="", validate=validate.Regexp(r"([0-9]{6})?\Z"))


class CodeAskIn(_User):
    """Ask for a code to a phone number."""

    phone = ma.fields.String(required=True, validate=validate.Length(max=20))


class LinkIn(_User):
    """Answer a code and link the user."""

    challenge = ma.fields.String(required=True, validate=validate.Length(min=20, max=100))
    code = ma.fields.String(required=True, validate=validate.Regexp(r"[0-9]{6}\Z"))


class CodeAskedOut(ma.Schema):
    """A code was sent: the same answer for every number."""

    challenge = ma.fields.String(required=True)
    expires_in = ma.fields.Integer(required=True, metadata={"description": "秒"})
    notice_zh = ma.fields.String(required=True, metadata={"description": "须在输入验证码的页面显示"})


class EnteredOut(ma.Schema):
    """A log-in of a person through this program."""

    citizen_key = ma.fields.String(required=True, metadata={"description": "后续请求放在 X-Gjj-Citizen"})
    expires_in = ma.fields.Integer(required=True, metadata={"description": "秒"})
    bound = ma.fields.Boolean(required=True, metadata={"description": "是否已绑定本中心的公积金账户"})
    notice_zh = ma.fields.String(required=True)


class PersonOut(ma.Schema):
    """The person as their own page shows them: masked."""

    name = ma.fields.String(required=True)
    phone = ma.fields.String(required=True)
    level = ma.fields.Integer(required=True)
    channel = ma.fields.String(required=True)


class ProgramIn(ma.Schema):
    """A program that signs with its own key."""

    name_zh = ma.fields.String(
        required=True, validate=validate.Length(min=2, max=60), metadata={"label": "程序名称"}
    )
    code = ma.fields.String(
        required=True,
        validate=validate.Length(max=40),
        metadata={
            "label": "程序编号",
            "help": "小写字母、数字和连字符，以字母开头，例如 wechat-main。登记后不能修改。",
        },
    )
    channel = ma.fields.String(
        required=True,
        validate=validate.OneOf(PROGRAM_CHANNELS),
        metadata={"label": "渠道", "choices": [(code, CHANNEL_ZH[code]) for code in PROGRAM_CHANNELS]},
    )
    scopes = ma.fields.List(
        ma.fields.String(validate=validate.OneOf([str(s) for s in SCOPE_ZH])),
        required=True,
        metadata={"label": "授权", "choices": [(str(scope), word) for scope, word in SCOPE_ZH.items()]},
    )
    centre_code = ma.fields.String(
        load_default="",
        validate=validate.Length(max=20),
        metadata={"label": "适用中心编号", "help": "不填表示全省；填写后只能为该中心办理。"},
    )
    public_key = ma.fields.String(
        required=True,
        validate=validate.Regexp(r"[0-9a-f]{64}\Z", error="公钥为64位十六进制小写字符。"),
        metadata={"label": "公钥", "help": "由渠道方生成并保管私钥，只提供公钥（Ed25519，64位十六进制）。"},
    )
    reason = ma.fields.String(
        required=True,
        validate=validate.Length(min=2, max=500),
        metadata={"label": "申请事由", "kind": "textarea"},
    )
