"""Signing in and registering by a code. Until a number is proven every answer is the same, registered or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import RevealPurpose, Secret, reveal
from kernel.errors import TooMany
from kernel.permissions import Permission
from kernel.tenancy.tenants import Tenant
from kernel.web.forms import Form
from kernel.web.notices import tell
from kernel.web.priority import Priority
from kernel.web.settings import Environment, web_settings
from kernel.web.words import _
from shared_channels.accounts import queries
from shared_channels.accounts.entering import account_of_cookie, open_centre, province_of, province_tx
from shared_channels.accounts.entering.codes import ask_code, prove
from shared_channels.accounts.errors import CodeRefused
from shared_channels.accounts.policy import H5, Purpose, device_words
from shared_channels.accounts.service import challenging, registering, sessions
from shared_channels.accounts.service.registering import Entered, Way
from shared_channels.mobile.console import cookies
from shared_channels.mobile.console.face import framed, pages, safe_next
from shared_channels.mobile.schemas import CodeIn, PhoneIn

IN_PURPOSES = (Purpose.LOGIN, Purpose.REGISTER)


def synthetic_allowed() -> bool:
    """Whether numbers of invented persons may be typed here."""
    return web_settings().environment is not Environment.PRODUCTION


@pages.get("/sign-in", permission=Permission.PUBLIC, priority=Priority.LOGIN)
def sign_in(centre_code: str) -> str:
    return _phone_page(centre_code, Purpose.LOGIN, _phone_form())


@pages.get("/register", permission=Permission.PUBLIC, priority=Priority.LOGIN)
def register(centre_code: str) -> str:
    return _phone_page(centre_code, Purpose.REGISTER, _phone_form())


@pages.post("/sign-in", permission=Permission.PUBLIC, priority=Priority.LOGIN)
def ask_login_code(centre_code: str) -> Response:
    return _ask(centre_code, Purpose.LOGIN)


@pages.post("/register", permission=Permission.PUBLIC, priority=Priority.LOGIN)
def ask_register_code(centre_code: str) -> Response:
    return _ask(centre_code, Purpose.REGISTER)


@pages.get("/sign-in/code", permission=Permission.PUBLIC, priority=Priority.LOGIN)
def code(centre_code: str) -> str | Response:
    centre = open_centre(centre_code)
    waiting = _waiting(centre)
    if waiting is None or waiting.purpose not in IN_PURPOSES:
        return _to("h5.sign_in", centre_code)
    if waiting.proven:
        return _to("h5.consent", centre_code)
    return _code_page(centre, waiting, Form(CodeIn()))


@pages.post("/sign-in/code", permission=Permission.PUBLIC, priority=Priority.LOGIN)
def answer_code(centre_code: str) -> Response:
    """Right: signed in, or on to the privacy notice when the number has no account yet."""
    centre = open_centre(centre_code)
    waiting = _waiting(centre)
    if waiting is None or waiting.proven or waiting.purpose not in IN_PURPOSES:
        return _to("h5.code", centre_code)
    form = Form(CodeIn())
    data = form.load(request.form)
    if data is None:
        return make_response(_code_page(centre, waiting, form), 422)
    province_id = province_of(centre)
    try:
        proof = prove(province_id, cookies.code_key(), waiting.purpose, Secret(data["code"]))
    except CodeRefused as refused:
        form["code"].value = ""
        form.add_errors({"code": [_(refused.fields["code"][0])]})
        return make_response(_code_page(centre, waiting, form), refused.status)
    with province_tx(province_id) as session:
        entered = registering.sign_in(session, proof, _way(centre))
        if entered is not None:
            challenging.spend(session, cookies.code_key(), (waiting.purpose,))
    return _to("h5.consent", centre_code) if entered is None else _come_in(centre, entered)


@pages.post("/sign-in/again", permission=Permission.PUBLIC, priority=Priority.LOGIN)
def ask_again(centre_code: str) -> Response:
    """Another code for the same number and purpose; the former one is of no more use in this browser."""
    centre = open_centre(centre_code)
    waiting = _waiting(centre)
    if waiting is None or waiting.proven or waiting.purpose not in IN_PURPOSES:
        return _to("h5.sign_in", centre_code)
    try:
        key = ask_code(province_of(centre), waiting.purpose, waiting.phone, payer=centre.id)
    except TooMany as refused:
        tell(_(refused.message_zh) + _(refused.hint_zh), "warning")
        return _to("h5.code", centre_code)
    response = _to("h5.code", centre_code)
    cookies.keep_code_key(response, key)
    tell(_("新的验证码已发送，请以最新一条短信为准。"), "info")
    return response


@pages.get("/register/consent", permission=Permission.PUBLIC, priority=Priority.LOGIN)
def consent(centre_code: str) -> str | Response:
    centre = open_centre(centre_code)
    waiting = _waiting(centre)
    if waiting is None or not waiting.proven:
        return _to("h5.sign_in", centre_code)
    return _consent_page(centre, "")


@pages.post("/register/consent", permission=Permission.PUBLIC, priority=Priority.LOGIN)
def agree(centre_code: str) -> Response:
    """Make the account, or note that its holder agreed to the notice of today."""
    centre = open_centre(centre_code)
    if request.form.get("agree") != "1":
        page = _consent_page(centre, _("请阅读并勾选同意后再继续；不同意的，可以到服务网点办理。"))
        return make_response(page, 422)
    with province_tx(province_of(centre)) as session:
        proof = challenging.spend(session, cookies.code_key(), IN_PURPOSES)
        entered = None if proof is None else registering.register(session, proof, _way(centre))
    if entered is None:
        tell(_("停留时间过长，请重新获取验证码。"), "warning")
        return _to("h5.sign_in", centre_code)
    return _come_in(centre, entered)


def _ask(centre_code: str, purpose: Purpose) -> Response:
    centre, form = open_centre(centre_code), _phone_form()
    data = form.load(request.form)
    if data is None:
        return make_response(_phone_page(centre_code, purpose, form), 422)
    try:
        key = ask_code(province_of(centre), purpose, Secret(data["phone"], MaskKind.PHONE), payer=centre.id)
    except TooMany as refused:
        form.general_errors.append(_(refused.message_zh) + _(refused.hint_zh))
        page = make_response(_phone_page(centre_code, purpose, form), refused.status)
        page.headers["Retry-After"] = str(refused.retry_after)
        return page
    response = _to("h5.code", centre_code)
    cookies.keep_code_key(response, key)
    return response


def _come_in(centre: Tenant, entered: Entered) -> Response:
    """A new key for this browser; the log-in that it held before is over."""
    before = account_of_cookie(centre)
    if before is not None:
        with province_tx(province_of(centre), account_id=before.account_id) as session:
            sessions.end(session, before.account_id, before.session_id)
    response = redirect(safe_next(centre.code, _next()), 303)
    cookies.hand_over(response, entered.key)
    return response


def _way(centre: Tenant) -> Way:
    return Way(H5, device_words(request.user_agent.string), centre_code=centre.code)


def _waiting(centre: Tenant) -> queries.Waiting | None:
    key = reveal(cookies.code_key(), RevealPurpose.TOKEN_HASH)
    if not key:
        return None
    with province_tx(province_of(centre), read_only=True) as session:
        return queries.waiting(session, key)


def _phone_form() -> Form:
    return Form(PhoneIn.for_page(synthetic=synthetic_allowed()))


def _next() -> str:
    return request.values.get("next", "")


def _to(view: str, centre_code: str) -> Response:
    more: Mapping[str, Any] = {"next": _next()} if _next() else {}
    return redirect(url_for(view, centre_code=centre_code, **more), 303)


def _phone_page(centre_code: str, purpose: Purpose, form: Form) -> str:
    template = "mobile/register.html" if purpose is Purpose.REGISTER else "mobile/sign_in.html"
    context = framed(open_centre(centre_code), "mine")
    return render_template(template, form=form, next=_next(), **context)


def _code_page(centre: Tenant, waiting: queries.Waiting, form: Form) -> str:
    back = url_for(
        "h5.register" if waiting.purpose is Purpose.REGISTER else "h5.sign_in", centre_code=centre.code
    )
    context = framed(centre, "mine", back)
    return render_template("mobile/code.html", form=form, phone=waiting.phone, next=_next(), **context)


def _consent_page(centre: Tenant, error: str) -> str:
    return render_template(
        "mobile/register_consent.html", error=error, next=_next(), **framed(centre, "mine")
    )
