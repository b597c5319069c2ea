"""Own CSRF token (D26), bound to the session cookie, for every unsafe request that a browser could be tricked into.

token = random . HMAC(key, random ‖ cookie). Before login the token is bound to a short-lived cookie of its own, which
also stops login forgery. Under `/api/` a request is let through without a token when it carries no session cookie (there
is nothing to ride on) or proves itself by a Bearer token or a signature header, which a foreign page cannot add.
"""

from __future__ import annotations

import hmac
import secrets

from flask import Flask, Response, g, request
from markupsafe import Markup

from kernel.errors import Forbidden
from kernel.web.settings import web_settings

FIELD = "csrf_token"
HEADER = "X-CSRF-Token"
SIGNATURE_HEADER = "X-Gjj-Signature"
PHONE_PAGES = "/m/"
"""Pages of depositors: their log-in has a cookie of its own, so that a clerk's browser may hold both."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class ForgedRequest(Forbidden):
    """The form's token is missing or belongs to another session."""

    code = "csrf"
    message_zh = "页面已过期，这次提交没有生效。"
    hint_zh = "请返回上一页并刷新，再提交一次；已填写的内容可从草稿恢复。"


def _guest_cookie() -> str:
    return web_settings().cookie_prefix + "guest"


def _binding() -> str | None:
    settings = web_settings()
    cookie = settings.citizen_cookie if request.path.startswith(PHONE_PAGES) else settings.session_cookie
    return request.cookies.get(cookie) or request.cookies.get(_guest_cookie())


def _mac(salt: str, binding: str) -> str:
    return hmac.digest(web_settings().key("csrf"), f"{salt}\0{binding}".encode(), "sha256").hex()


def csrf_token() -> str:
    """The token for forms and the page's meta tag. Asks for a guest cookie when there is no session yet."""
    if "csrf_token" not in g:
        binding = _binding()
        if not binding:
            binding = g.csrf_guest = secrets.token_urlsafe(24)
        salt = secrets.token_hex(8)
        g.csrf_token = f"{salt}.{_mac(salt, binding)}"
    return str(g.csrf_token)


def csrf_field() -> Markup:
    """The hidden field; first child of every form that posts."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, csrf_token())


def genuine(token: str, binding: str | None) -> bool:
    """Whether `token` was made here for the holder of the cookie `binding`."""
    salt, _, mac = token.partition(".")
    return bool(binding and salt and mac) and hmac.compare_digest(
        mac.encode(), _mac(salt, binding or "").encode()
    )


def _needs_token() -> bool:
    if request.method in SAFE or request.endpoint is None:
        return False
    if not request.path.startswith("/api/"):
        return True
    if web_settings().session_cookie not in request.cookies:
        return False
    bearer = request.headers.get("Authorization", "").startswith("Bearer ")
    return not (bearer or request.headers.get(SIGNATURE_HEADER))


def check() -> None:
    """Refuse an unsafe request without a genuine token, or one the browser itself calls cross-site."""
    if not _needs_token():
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise ForgedRequest
    token = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if not genuine(token, _binding()):
        raise ForgedRequest


def _give_guest_cookie(response: Response) -> Response:
    guest = g.get("csrf_guest")
    if guest:
        response.set_cookie(
            _guest_cookie(),
            guest,
            max_age=12 * 3600,
            secure=web_settings().https,
            httponly=True,
            samesite="Lax",
            path="/",
        )
    return response


def init_app(app: Flask) -> None:
    app.before_request(check)
    app.after_request(_give_guest_cookie)
    app.jinja_env.globals.update(csrf_token=csrf_token, csrf_field=csrf_field)
