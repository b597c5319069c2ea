"""Logout: asked for by a client with an ID token, or by the person on a page. Addresses are compared exactly."""

from __future__ import annotations

from authlib.oauth2 import OAuth2Error
from authlib.oidc.rpinitiated.end_session import EndSessionRequest
from flask import Blueprint, Response, request
from flask_babel import gettext as _

from kernel.identity.issuer import flow as flows
from kernel.identity.issuer import web
from kernel.identity.issuer.core import Issuer
from kernel.identity.issuer.login import session_of_key
from kernel.identity.issuer.server import IssuerServer

_CARRIED = ("client_id", "post_logout_redirect_uri", "state")


def add_logout(bp: Blueprint, issuer: Issuer, server: IssuerServer) -> None:
    """Hang the logout address on the blueprint."""
    path = "/protocol/openid-connect/logout"
    bp.add_url_rule(path, "logout", lambda: logout(issuer, server), methods=["GET", "POST"])


def logout(issuer: Issuer, server: IssuerServer) -> Response:
    """End the session. An address that is not registered is refused, and nothing is ended then."""
    try:
        asked: EndSessionRequest = server.validate_endpoint_request("end_session")
    except (OAuth2Error, ValueError):
        return _refused(issuer)
    if request.values.get("post_logout_redirect_uri") and not asked.redirect_uri:
        return _refused(issuer)
    signed = session_of_key(issuer, request.cookies.get(web.session_cookie(issuer)))
    if signed is not None and asked.needs_confirmation and not _confirmed(issuer):
        return _ask(issuer)
    answer: Response | None = server.create_endpoint_response("end_session", asked)
    response = answer if answer is not None else _done(issuer)
    hinted = asked.id_token_claims["sub"] if asked.id_token_claims else None
    if signed is not None and hinted in (None, str(signed[1].id)):
        issuer.store.end_session(signed[0].id, issuer.clock())
        web.drop_session_cookie(issuer, response)
    return response


def _confirmed(issuer: Issuer) -> bool:
    text = request.form.get("flow", "")
    return flows.read(issuer, text, web.browser_key(issuer), purpose="logout") is not None


def _ask(issuer: Issuer) -> Response:
    key, is_new = web.ensure_browser_key(issuer)
    carried = {name: request.values[name] for name in _CARRIED if name in request.values}
    flow = flows.write(issuer, flows.begin(issuer, {}, key, purpose="logout"))
    response = web.page(issuer, "logout.html", flow=flow, carried=carried)
    if is_new:
        web.set_cookie(issuer, response, web.browser_cookie(issuer), key)
    return response


def _done(issuer: Issuer) -> Response:
    message = str(_("您已安全退出。使用公用电脑的，请同时关闭浏览器。"))
    return web.page(issuer, "message.html", heading=str(_("已退出")), message=message, kind="done")


def _refused(issuer: Issuer) -> Response:
    message = _("退出链接不正确，未执行退出。请返回业务页面重新操作。")
    return web.problem(issuer, str(_("无法退出")), str(message))
