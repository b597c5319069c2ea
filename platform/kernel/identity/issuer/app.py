"""Mounting the issuer: `create_issuer` makes the parts, `issuer_blueprint` the routes, `create_issuer_app` a whole app.

Mount the app beside the main one (`/realms/…` goes to it) and give the same app to the client's in-process transport, or
register the blueprint in the main app. Nothing is read or called here: keys are made at first use.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, Response, abort, request
from flask_babel import Babel
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException

from kernel.identity.issuer import web
from kernel.identity.issuer.core import Issuer, utc_now
from kernel.identity.issuer.grants import register_grants
from kernel.identity.issuer.invitation_pages import add_invitations
from kernel.identity.issuer.keys import Keyring
from kernel.identity.issuer.logout_pages import add_logout
from kernel.identity.issuer.pages import add_pages
from kernel.identity.issuer.ports import Clock, IssuerStore, Passwords
from kernel.identity.issuer.protocol import add_protocol
from kernel.identity.issuer.server import IssuerServer
from kernel.identity.issuer.settings import IssuerSettings
from kernel.identity.issuer.userinfo import register_endpoints


def create_issuer(
    settings: IssuerSettings, store: IssuerStore, passwords: Passwords, clock: Clock = utc_now
) -> Issuer:
    """The issuer's parts; hand it to `issuer_blueprint`, `create_issuer_app`, `invitations.invite` and `reset`."""
    keyring = Keyring(store, clock, lead=settings.key_lead, min_age=settings.key_min_age)
    return Issuer(settings, store, passwords, clock, keyring)


def issuer_blueprint(issuer: Issuer) -> Blueprint:
    """All routes below `/realms/<realm>`. The app that takes it must have flask_babel initialised."""
    server = IssuerServer(issuer)
    register_grants(server)
    register_endpoints(server)
    bp = Blueprint(
        "issuer",
        __name__,
        url_prefix="/realms/<realm>",
        template_folder="../templates",
        static_folder="static",
        static_url_path="/assets",
    )
    bp.url_value_preprocessor(lambda endpoint, values: _own_realm(issuer, values))
    bp.url_defaults(lambda endpoint, values: values.setdefault("realm", issuer.settings.realm))
    bp.before_request(_cap)
    bp.after_request(lambda response: web.add_headers(issuer, response))
    bp.register_error_handler(HTTPException, lambda error: _problem(issuer, error))
    add_protocol(bp, issuer, server)
    add_pages(bp, issuer, server)
    add_invitations(bp, issuer)
    add_logout(bp, issuer, server)
    return bp


def create_issuer_app(issuer: Issuer) -> Flask:
    """The issuer as an application of its own."""
    app = Flask("kernel.identity.issuer", static_folder=None)
    Babel(app, default_locale="zh_Hans_CN", default_timezone="Asia/Shanghai")
    app.register_blueprint(issuer_blueprint(issuer))
    app.register_error_handler(HTTPException, lambda error: web.add_headers(issuer, _problem(issuer, error)))
    return app


def _own_realm(issuer: Issuer, values: dict[str, Any] | None) -> None:
    if values is not None and values.pop("realm", None) != issuer.settings.realm:
        abort(404)


def _cap() -> None:
    request.max_content_length = web.MAX_FORM_BYTES
    request.max_form_memory_size = web.MAX_FORM_BYTES
    request.max_form_parts = 100


def _problem(issuer: Issuer, error: HTTPException) -> Response:
    """Plain words for 404, 405, 413 and 500; the code stays."""
    status = error.code or 500
    if status >= 500:
        return web.problem(issuer, str(_("暂时无法登录")), str(_("登录服务暂时不可用。请稍后再试。")), status)
    return web.problem(issuer, str(_("页面不存在")), str(_("请从业务系统首页重新进入。")), status)
