"""What the identity service calls: back-channel logout (OpenID Connect Back-Channel Logout 1.0)."""

from __future__ import annotations

from flask import current_app, request
from werkzeug.wrappers import Response

from kernel.errors import DomainError
from kernel.identity import signing_in
from kernel.identity.console import OIDC, IssuerAway
from kernel.identity.entering import identity
from kernel.identity.oidc.client import OidcClient
from kernel.identity.oidc.errors import ProviderUnreachable, TokenRefused
from kernel.permissions import Permission
from kernel.web.blueprints import Api
from kernel.web.priority import Priority

api = Api(
    "identity_api",
    __name__,
    url_prefix="/api/v1/identity",
    priority=Priority.LOGIN,
    description="登录服务的通知",
)


class LogoutTokenRefused(DomainError):
    """A notice of log-out that does not prove itself, or came before."""

    status = 400
    code = "identity.logout_token"
    message_zh = "退出通知无效，没有执行。"
    hint_zh = "请核对登录服务的签发地址、客户端标识和系统时间。"


@api.route("/backchannel-logout", methods=["POST"], permission=Permission.PUBLIC)
def backchannel_logout() -> Response:
    """End the sessions of a log-in that ended at the identity service. The form field `logout_token` proves itself, once."""
    client: OidcClient | None = current_app.extensions.get(OIDC)
    if client is None:
        raise IssuerAway
    try:
        told = client.verify_logout(request.form.get("logout_token", ""))
    except TokenRefused:
        raise LogoutTokenRefused from None
    except ProviderUnreachable:
        raise IssuerAway from None
    signing_in.end_by_issuer(identity(), told.issuer, told.subject, told.sid)
    return Response(status=200, headers={"Cache-Control": "no-store"})
