"""A bare application for the tests of the edge: a few routes, a guard that is told what it allows."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, g, request
from werkzeug.exceptions import RequestEntityTooLarge

from kernel.errors import Conflict, Invalid, NotFound, TooMany
from kernel.permissions import Permission
from kernel.web.blueprints import Api, Pages
from kernel.web.factory import API, make_web
from kernel.web.guard import GUARD
from kernel.web.priority import Priority
from kernel.web.settings import WebSettings

KEY = b"a key of thirty-two bytes or more"


def settings(**changes: Any) -> WebSettings:
    return WebSettings(**({"signing_key": KEY, "https": False} | changes))


def web(*, allow: bool = True, **changes: Any) -> Flask:
    app = make_web(settings(**changes))
    app.extensions[GUARD] = lambda permission: allow
    app.register_blueprint(_pages())
    app.extensions[API].register_blueprint(_api())
    return app


def _pages() -> Pages:
    pages = Pages("pages", __name__)

    @pages.get("/open", permission=Permission.PUBLIC)
    def open_page() -> str:
        return "open"

    @pages.get("/console/closed", permission=Permission.CATALOGUE_READ)
    def closed() -> str:
        g.reached = True
        return "closed"

    @pages.post("/console/change", permission=Permission.CATALOGUE_EDIT)
    def change() -> str:
        return f"changed {request.form.get('name', '')}"

    @pages.get("/token", permission=Permission.PUBLIC)
    def token() -> str:
        from kernel.web.csrf import csrf_token

        return csrf_token()

    @pages.get("/fail/<kind>", permission=Permission.PUBLIC)
    def fail(kind: str) -> str:
        raise failure(kind)

    @pages.get("/login", permission=Permission.PUBLIC, priority=Priority.LOGIN)
    def login() -> str:
        return "login"

    @pages.get("/health", permission=Permission.PUBLIC, priority=Priority.PROBE)
    def health() -> str:
        return "ok"

    return pages


def _api() -> Api:
    api = Api("things", __name__, url_prefix="/api/v1")

    @api.get("/fail/<kind>", permission=Permission.PUBLIC)
    def fail(kind: str) -> str:
        """Fail."""
        raise failure(kind)

    @api.post("/things", permission=Permission.CATALOGUE_EDIT)
    def make() -> Response:
        """Make."""
        return Response("{}", 201, mimetype="application/json")

    @api.get("/closed", permission=Permission.CATALOGUE_READ)
    def closed() -> dict[str, str]:
        """Read."""
        return {}

    return api


def failure(kind: str) -> Exception:
    return {
        "conflict": Conflict("cases.closed", "本件已办结。", "请查看办理结果。"),
        "invalid": Invalid({"name": "请填写名称。"}),
        "missing": NotFound(),
        "many": TooMany(30),
        "large": RequestEntityTooLarge(),
    }.get(kind, RuntimeError("姓名 张三 137xxxx in DETAIL"))
