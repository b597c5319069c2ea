"""The interface that takes one message in: for the centre's own programs and people with the right to send."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from flask import jsonify, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import Secret
from kernel.errors import Invalid
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.blueprints import Api
from shared_channels.sms.messages.schemas import MOST_VALUES, AcceptedOut, MessageIn, MessageInDoc
from shared_channels.sms.messages.service import Accepted, accept

api = Api("sms_api", __name__, url_prefix="/api/v1/sms", description="短信发送")
_decode = msgspec.json.Decoder(MessageIn)
_KEY = re.compile(r"[\x21-\x7e]{1,100}")
_DOC: dict[str, Any] = {
    "parameters": [
        {
            "in": "header", "name": "Idempotency-Key", "required": True,
            "schema": {"type": "string", "maxLength": 100}, "description": "发送标识：同一标识和内容只受理一次",
        }
    ],
    "requestBody": {"required": True, "content": {"application/json": {"schema": MessageInDoc}}},
}  # fmt: skip


@api.route("/messages", methods=["POST"], permission=Permission.SMS_SEND)
@api.doc(**_DOC)
@api.response(202, AcceptedOut)
def send() -> Response:
    """Take one message in. 202 when it was taken in or had been before; it is sent once this answer has left."""
    key, given = _key(), _message()
    session = current.session()
    accepted = accept(
        session,
        template=given.template,
        phone=Secret(given.phone, MaskKind.PHONE),
        values={name: Secret(value) for name, value in given.values.items()},
        key=f"api:{key}",
        origin=("api", str(current.actor().person_id)),
        due_at=given.due_at,
        expires_at=given.expires_at,
    )
    if not accepted.repeated:
        session.audit(
            "sms.accepted", "sms_message", accepted.message_id, _("受理一条短信"), template=given.template
        )
    return _answer(accepted)


def _answer(accepted: Accepted) -> Response:
    response = jsonify(id=str(accepted.message_id), segments=accepted.segments, repeated=accepted.repeated)
    response.status_code = 202
    return response


def _key() -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        raise Invalid(
            {"Idempotency-Key": _("请在请求头中给出发送标识，1 至 100 个字母、数字或符号。")},
            code="sms.key_missing",
        )
    return key


def _message() -> MessageIn:
    try:
        given = _decode.decode(request.get_data(cache=False))
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise Invalid({"body": _("请求内容不符合接口说明，请对照说明检查字段和类型。")}) from error
    if len(given.values) > MOST_VALUES:
        raise Invalid({"values": _("变量过多，请对照模板检查。")})
    for name in ("due_at", "expires_at"):
        at = getattr(given, name)
        if at is not None and at.tzinfo is None:
            raise Invalid({name: _("时间要带时区，例如 2026-11-23T14:05:00+08:00。")})
    return given
