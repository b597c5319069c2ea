"""The protocol's addresses, as Keycloak lays them out: auth, token, certs, userinfo, discovery."""

from __future__ import annotations

from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oidc.core.errors import LoginRequiredError
from flask import Blueprint, Response, jsonify, request

from kernel.identity.issuer import pages, web
from kernel.identity.issuer.core import Issuer
from kernel.identity.issuer.keys import ALGORITHM
from kernel.identity.issuer.login import session_of_key
from kernel.identity.issuer.server import IssuerServer, LoggedIn


def add_protocol(bp: Blueprint, issuer: Issuer, server: IssuerServer) -> None:
    """Hang the protocol's routes on the blueprint."""
    base = "/protocol/openid-connect"
    bp.add_url_rule(f"{base}/auth", "authorize", lambda: authorize(issuer, server), methods=["GET", "POST"])
    bp.add_url_rule(f"{base}/token", "token", lambda: token(server), methods=["POST"])
    bp.add_url_rule(f"{base}/certs", "certs", lambda: certs(issuer))
    bp.add_url_rule(f"{base}/userinfo", "userinfo", lambda: userinfo(server), methods=["GET", "POST"])
    bp.add_url_rule("/.well-known/openid-configuration", "discovery", lambda: discovery(issuer))


def authorize(issuer: Issuer, server: IssuerServer) -> Response:
    """Check a client's request; a known session is answered at once, else the log-in page is shown.

    An unknown client or address is answered by a page and never by a redirect.
    """
    asked = server.create_oauth2_request(None)
    query: dict[str, str] = asked.payload.data
    client = issuer.settings.by_client_id().get(query.get("client_id", ""))
    if client is None or query.get("redirect_uri") not in client.redirect_uris:
        return web.bad_link(issuer)
    signed = session_of_key(issuer, request.cookies.get(web.session_cookie(issuer)))
    owner = LoggedIn(signed[1], signed[0]) if signed else None
    try:
        grant = server.get_consent_grant(asked, end_user=owner)
        if owner is None or grant.prompt == "login" or _too_old(issuer, owner, query):
            if query.get("prompt") == "none":
                raise LoginRequiredError(redirect_uri=query["redirect_uri"], state=query.get("state"))
            return pages.show_login(issuer, query)
    except OAuth2Error as error:
        return refusal(issuer, server, asked, error)
    except ValueError:
        # Authlib refuses to put characters outside ASCII into an error description.
        return web.bad_link(issuer)
    answer: Response = server.create_authorization_response(asked, owner, grant)
    return answer


def refusal(issuer: Issuer, server: IssuerServer, asked: Any, error: Any) -> Response:
    """Tell the client by redirect where its address has been checked, else tell the person by a page."""
    if not error.redirect_uri:
        return web.bad_link(issuer)
    response: Response = server.handle_error_response(asked, error)
    server.execute_hook("after_create_authorization_response", response)
    return response


def token(server: IssuerServer) -> Response:
    try:
        response: Response = server.create_token_response()
    except ValueError:
        response = jsonify(error="invalid_request")
        response.status_code = 400
    return response


def certs(issuer: Issuer) -> Response:
    response = jsonify(issuer.keyring.public_jwks())
    response.headers["Cache-Control"] = "no-cache"
    return response


def userinfo(server: IssuerServer) -> Response:
    response: Response = server.create_endpoint_response("userinfo")
    return response


def discovery(issuer: Issuer) -> Response:
    """OpenID Connect Discovery 1.0; only what is really supported."""
    base = f"{issuer.settings.issuer}/protocol/openid-connect"
    return jsonify(
        issuer=issuer.settings.issuer,
        authorization_endpoint=f"{base}/auth",
        token_endpoint=f"{base}/token",
        jwks_uri=f"{base}/certs",
        userinfo_endpoint=f"{base}/userinfo",
        end_session_endpoint=f"{base}/logout",
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=["authorization_code", "refresh_token"],
        subject_types_supported=["public"],
        id_token_signing_alg_values_supported=[ALGORITHM],
        token_endpoint_auth_methods_supported=["client_secret_basic", "client_secret_post"],
        code_challenge_methods_supported=["S256"],
        scopes_supported=["openid", "profile"],
        claims_supported=[
            "sub",
            "iss",
            "aud",
            "exp",
            "iat",
            "auth_time",
            "nonce",
            "acr",
            "amr",
            "azp",
            "sid",
        ],
        prompt_values_supported=["none", "login"],
        request_parameter_supported=False,
        request_uri_parameter_supported=False,
        authorization_response_iss_parameter_supported=True,
    )


def _too_old(issuer: Issuer, owner: LoggedIn, query: dict[str, str]) -> bool:
    limit = query.get("max_age", "")
    if not (limit.isascii() and limit.isdigit() and len(limit) < 10):
        return False
    age = issuer.clock() - owner.session.authenticated_at
    return age.total_seconds() > int(limit)
