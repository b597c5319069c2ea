"""The channel interface. Each request is signed (`policy.SignedRequest.text`); each view begins by checking that."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import RevealPurpose, Secret, reveal
from kernel.errors import Invalid
from kernel.permissions import Permission
from kernel.tenancy.tenants import Tenant
from kernel.validation.phones import check_mobile
from kernel.validation.refusal import InvalidNumber
from kernel.web.blueprints import Api
from kernel.web.priority import Priority
from kernel.web.settings import Environment, web_settings
from kernel.web.words import _
from shared_channels.accounts import queries
from shared_channels.accounts.entering import account_tx, province_of, province_tx
from shared_channels.accounts.entering.codes import ask_code, prove
from shared_channels.accounts.policy import CODE_LIFE, Purpose, rules_of
from shared_channels.accounts.service import challenging, registering, sessions
from shared_channels.accounts.service.challenging import Holder
from shared_channels.accounts.service.registering import Entered, Way
from shared_channels.channel_api.entering import (
    enter_channel_citizen,
    signed_person,
    signed_program,
    user_index,
)
from shared_channels.channel_api.errors import LinkNeeded, RegistrationNeeded
from shared_channels.channel_api.policy import CODES_CLIENT_HOUR, SHARED_DEVICES, ProgramScope
from shared_channels.channel_api.schemas import (
    CodeAskedOut,
    CodeAskIn,
    EnteredOut,
    EnterIn,
    LinkIn,
    PersonOut,
)
from shared_channels.channel_api.service import linking
from shared_channels.channel_api.service.checking import Program

SIGNING_ZH = (
    "渠道接口。每个请求带六个请求头：X-Gjj-Client 程序编号、X-Gjj-Centre 中心编号、X-Gjj-Timestamp 秒级时间、X-Gjj-Nonce 随机数、"
    "X-Gjj-Citizen 用户凭据（没有则为空）、X-Gjj-Signature 签名（小写十六进制）。签名原文为九行，以换行符连接：gjj-request-v1、"
    "请求方法、路径与查询串、程序编号、中心编号、时间、随机数、用户凭据的 SHA-256、请求体的 SHA-256。"
    "时间相差不超过5分钟，随机数只能使用一次。"
)
api = Api(
    "channel_api", __name__, url_prefix="/api/v1/channel", priority=Priority.LOGIN, description=SIGNING_ZH
)
NOTICE_ZH = "请不要把用户名、密码和验证码告诉任何人，也不要提供给非官方的第三方机构。"


@api.post("/codes", permission=Permission.PUBLIC)
@api.arguments(CodeAskIn)
@api.response(202, CodeAskedOut)
def send_code(data: dict[str, str]) -> dict[str, Any]:
    """发送验证码：关联渠道用户，或者在共用设备上进入"""
    program, centre = signed_program(ProgramScope.SESSIONS)
    purpose, holder = _challenge_of(program, data["user"])
    key = ask_code(
        province_of(centre),
        purpose,
        _phone(data["phone"]),
        payer=centre.id,
        holder=holder,
        instead_of_address=(CODES_CLIENT_HOUR, program.id.bytes),
    )
    return {
        "challenge": reveal(key, RevealPurpose.SHOW_ONCE),
        "expires_in": int(CODE_LIFE.total_seconds()),
        "notice_zh": _(NOTICE_ZH),
    }


@api.post("/links", permission=Permission.PUBLIC)
@api.arguments(LinkIn)
@api.response(201, EnteredOut)
def link_user(data: dict[str, str]) -> dict[str, Any]:
    """用验证码关联渠道用户，只需一次"""
    program, centre = signed_program(ProgramScope.SESSIONS)
    purpose, holder = _challenge_of(program, data["user"])
    if purpose is not Purpose.BIND_CHANNEL:
        raise Invalid({"user": _("共用设备不关联用户，请直接进入。")})
    province_id, key = province_of(centre), Secret(data["challenge"])
    proof = prove(province_id, key, purpose, Secret(data["code"]), holder)
    with province_tx(province_id) as session:
        entered = linking.link(session, proof, holder.user_index, _way(program, centre))
        challenging.spend(session, key, (purpose,), holder)
    return _entered(entered, program, centre)


@api.post("/sessions", permission=Permission.PUBLIC)
@api.arguments(EnterIn)
@api.response(201, EnteredOut)
def enter(data: dict[str, str]) -> dict[str, Any]:
    """用户进入：已关联的直接进入；共用设备每次凭验证码"""
    program, centre = signed_program(ProgramScope.SESSIONS)
    entered = (
        _enter_shared(program, centre, data)
        if program.channel in SHARED_DEVICES
        else _enter_linked(program, centre, data["user"])
    )
    return _entered(entered, program, centre)


@api.delete("/sessions/current", permission=Permission.PUBLIC)
@api.response(204)
def leave() -> Response:
    """用户离开"""
    signed, centre = signed_person(ProgramScope.SESSIONS)
    with province_tx(province_of(centre), account_id=signed.account_id) as session:
        sessions.end(session, signed.account_id, signed.session_id)
    return Response(status=204)


@api.get("/person", permission=Permission.PUBLIC)
@api.response(200, PersonOut)
def person() -> dict[str, Any]:
    """当前用户（脱敏）"""
    citizen = enter_channel_citizen(ProgramScope.SESSIONS)
    return {
        "name": citizen.name.masked,
        "phone": citizen.phone.masked,
        "level": citizen.level,
        "channel": citizen.channel,
    }


def _enter_linked(program: Program, centre: Tenant, user: str) -> Entered:
    _, holder = _challenge_of(program, user)
    with province_tx(province_of(centre)) as session:
        entered = linking.enter(session, holder.user_index, _way(program, centre))
    if entered is None:
        raise LinkNeeded
    return entered


def _enter_shared(program: Program, centre: Tenant, data: dict[str, str]) -> Entered:
    purpose, holder = _challenge_of(program, "")
    province_id, key = province_of(centre), Secret(data["challenge"])
    proof = prove(province_id, key, purpose, Secret(data["code"]), holder)
    with province_tx(province_id) as session:
        entered = registering.sign_in(session, proof, _way(program, centre))
        if entered is not None:
            challenging.spend(session, key, (purpose,), holder)
    if entered is None:
        raise RegistrationNeeded
    return entered


def _challenge_of(program: Program, user: str) -> tuple[Purpose, Holder]:
    """On a shared device a code lets in once; elsewhere it links the user. Raises Invalid without a user where one is needed."""
    if program.channel in SHARED_DEVICES:
        return Purpose.LOGIN, Holder(client_id=program.id)
    if not user:
        raise Invalid({"user": _("请填写渠道内的用户标识。")})
    return Purpose.BIND_CHANNEL, Holder(client_id=program.id, user_index=user_index(program.channel, user))


def _way(program: Program, centre: Tenant) -> Way:
    return Way(program.channel, "", program.id, centre.id, centre.code)


def _phone(text: str) -> Secret[str]:
    synthetic = web_settings().environment is not Environment.PRODUCTION
    try:
        return Secret(check_mobile(text, allow_synthetic=synthetic), MaskKind.PHONE)
    except InvalidNumber as error:
        raise Invalid({"phone": _(error.message_zh)}) from None


def _entered(entered: Entered, program: Program, centre: Tenant) -> dict[str, Any]:
    with account_tx(centre.id, entered.account_id) as session:
        bound = queries.binding_of(session, entered.account_id) is not None
    return {
        "citizen_key": reveal(entered.key, RevealPurpose.SHOW_ONCE),
        "expires_in": int(rules_of(program.channel).absolute.total_seconds()),
        "bound": bound,
        "notice_zh": _(NOTICE_ZH),
    }
