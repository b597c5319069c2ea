"""Bodies of the channel interface."""

from __future__ import annotations

import marshmallow as ma
from marshmallow import validate

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
