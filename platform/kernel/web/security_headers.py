"""Headers on every answer, also on errors and refusals (R16, D27).

`harden` is called by the application's `finalize_request`, the last step of every path, so no hook that fails can
leave an answer without them.
"""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request

from kernel.web.downloads import SANDBOX
from kernel.web.request_id import HEADER, request_id
from kernel.web.settings import web_settings

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
    "Permissions-Policy": (
        "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
        "magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
    ),
}
HSTS = "max-age=31536000; includeSubDomains"


def csp_nonce() -> str:
    """The nonce for a `<script nonce>` of this page. The header names it only when a page asked for it."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def policy(nonce: str | None, form_targets: tuple[str, ...] = (), *, https: bool = False) -> str:
    """The content security policy: own files only, scripts by file or nonce, no frame around us.

    Style attributes are allowed because charts set the place of their tooltips with them.
    """
    script = "'self'" + (f" 'nonce-{nonce}'" if nonce else "")
    rules = [
        "default-src 'self'",
        f"script-src {script}",
        "style-src 'self'",
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-src 'none'",
        "frame-ancestors 'none'",
        " ".join(("form-action 'self'", *form_targets)),
    ]
    return "; ".join(rules + (["upgrade-insecure-requests"] if https else []))


def harden(response: Response) -> Response:
    """Put the headers on. A view's own Cache-Control stays; without one nothing may be stored."""
    settings = web_settings()
    for name, value in FIXED.items():
        response.headers[name] = value
    saved = response.headers.get("Content-Disposition", "").startswith("attachment")
    response.headers["Content-Security-Policy"] = (
        SANDBOX if saved else policy(g.get("csp_nonce"), settings.form_targets, https=request.is_secure)
    )
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = HSTS
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers[HEADER] = request_id()
    response.headers.pop("Server", None)
    return response


def init_app(app: Flask) -> None:
    app.jinja_env.globals["csp_nonce"] = csp_nonce
