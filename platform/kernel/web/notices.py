"""A sentence that survives one redirect: "已提交审批，等待他人审核。"

Kept in a signed cookie for a minute, so no store and no session is needed. No personal data in it.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass

import msgspec
from flask import Flask, Response, g, request

from kernel.web.settings import web_settings

KINDS = ("success", "info", "warning", "danger")
_LIFE_S = 60


@dataclass(frozen=True)
class Notice:
    kind: str
    text: str


def _cookie() -> str:
    return web_settings().cookie_prefix + "notice"


def _mac(body: bytes) -> bytes:
    binding = request.cookies.get(web_settings().session_cookie, "").encode()
    return hmac.digest(web_settings().key("notice"), body + b"\0" + binding, "sha256")[:16]


def tell(text: str, kind: str = "success") -> None:
    """Show `text` on the page that comes next (this one, when it is rendered now). Kinds: `KINDS`."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind of notice: {kind}")
    g.setdefault("notices", []).append(Notice(kind, text))


def take_notices() -> list[Notice]:
    """What base.html shows: notices of the previous answer and of this one. Taking them uses them up."""
    kept = _read(request.cookies.get(_cookie(), ""))
    if kept:
        g.notices_read = True
    return kept + list(g.pop("notices", []))


def _read(cookie: str) -> list[Notice]:
    try:
        sealed = base64.urlsafe_b64decode(cookie.encode())
        mac, body = sealed[:16], sealed[16:]
        if not mac or not hmac.compare_digest(mac, _mac(body)):
            return []
        return msgspec.json.decode(body, type=list[Notice])
    except (ValueError, msgspec.MsgspecError):
        return []


def _keep(response: Response) -> Response:
    waiting: list[Notice] = g.get("notices", [])
    if waiting:
        body = msgspec.json.encode(waiting)
        value = base64.urlsafe_b64encode(_mac(body) + body).decode()
        response.set_cookie(
            _cookie(),
            value,
            max_age=_LIFE_S,
            secure=web_settings().https,
            httponly=True,
            samesite="Lax",
            path="/",
        )
    elif g.get("notices_read"):
        response.delete_cookie(
            _cookie(), path="/", secure=web_settings().https, httponly=True, samesite="Lax"
        )
    return response


def init_app(app: Flask) -> None:
    app.after_request(_keep)
    app.jinja_env.globals["take_notices"] = take_notices
