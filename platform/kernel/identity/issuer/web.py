"""What the issuer's pages share: cookies, the browser's key, headers, rendering."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Response, make_response, render_template, request
from flask_babel import gettext as _

from kernel.identity.issuer import texts
from kernel.identity.issuer.core import Issuer
from kernel.identity.issuer.digests import new_token

MAX_FORM_BYTES = 65536


def session_cookie(issuer: Issuer) -> str:
    return "__Host-gjj-sso" if issuer.settings.secure else "gjj-sso"


def browser_cookie(issuer: Issuer) -> str:
    return "__Host-gjj-flow" if issuer.settings.secure else "gjj-flow"


def browser_key(issuer: Issuer) -> str | None:
    """The key of this browser, if it has one."""
    return request.cookies.get(browser_cookie(issuer))


def ensure_browser_key(issuer: Issuer) -> tuple[str, bool]:
    """This browser's key and whether it is new (then `remember_browser` must follow)."""
    known = browser_key(issuer)
    return (known, False) if known and len(known) >= 40 else (new_token(), True)


def set_cookie(issuer: Issuer, response: Response, name: str, value: str) -> None:
    """A cookie for this browser session: unreadable to scripts, not sent from other sites' forms."""
    response.set_cookie(name, value, httponly=True, secure=issuer.settings.secure, samesite="Lax", path="/")


def drop_session_cookie(issuer: Issuer, response: Response) -> None:
    response.delete_cookie(
        session_cookie(issuer), httponly=True, secure=issuer.settings.secure, samesite="Lax", path="/"
    )


def page(issuer: Issuer, template: str, status: int = 200, **context: Any) -> Response:
    """A page with the frame's facts. Every page carries the password warning, whatever the template adds."""
    body = render_template(
        f"identity/{template}",
        issuer=issuer.settings,
        warning=texts.warning(),
        realm=issuer.settings.realm,
        **context,
    )
    return make_response(body, status)


def problem(issuer: Issuer, heading: str, message: str, status: int = 400) -> Response:
    """A page that says what happened and what to do."""
    return page(issuer, "message.html", status, heading=heading, message=message, kind="problem")


def bad_link(issuer: Issuer) -> Response:
    """The address that led here is incomplete or not registered."""
    return problem(
        issuer, str(_("无法打开登录页面")), str(_("登录链接不完整或已失效。请从业务系统首页重新进入。"))
    )


def flow_over(issuer: Issuer) -> Response:
    """The form came too late, from another browser, or out of turn."""
    return problem(issuer, str(_("请重新登录")), texts.flow_over())


def add_headers(issuer: Issuer, response: Response) -> Response:
    """Nothing of a log-in is cached, framed, or leaks its address; no script but our own file."""
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if issuer.settings.security_headers:
        response.headers["X-Frame-Options"] = "DENY"
        response.headers.setdefault("Content-Security-Policy", _policy(issuer))
    return response


def _policy(issuer: Issuer) -> str:
    addresses = (uri for client in issuer.settings.clients for uri in client.redirect_uris)
    origins = sorted({f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, addresses)})
    # A form answered by a redirect to the client is held to form-action too.
    targets = " ".join(["'self'", *origins])
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
        f"form-action {targets}; frame-ancestors 'none'; base-uri 'none'"
    )
