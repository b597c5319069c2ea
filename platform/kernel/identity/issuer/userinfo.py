"""Userinfo and logout endpoints: both look at the session behind a token, not only at its signature."""

from __future__ import annotations

from typing import Any

from authlib.integrations.flask_oauth2 import ResourceProtector
from authlib.oauth2.rfc6749 import InvalidRequestError
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oidc.core import UserInfo, UserInfoEndpoint
from authlib.oidc.rpinitiated.end_session import (
    EndSessionEndpoint,
    EndSessionRequest,
)

from kernel.identity.issuer import tokens
from kernel.identity.issuer.core import Issuer
from kernel.identity.issuer.records import Person
from kernel.identity.issuer.server import ClientView, IssuerServer


class BearerView:
    """A verified access token as Authlib asks about it."""

    def __init__(self, person: Person, client: ClientView, scope: str) -> None:
        self._person, self._client, self.scope = person, client, scope

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return False

    def get_scope(self) -> str:
        return self.scope

    def get_client(self) -> ClientView:
        return self._client

    def get_user(self) -> Person:
        return self._person


class OwnTokens(BearerTokenValidator):  # type: ignore[misc]
    """Accepts our access tokens while their session lives and their person is allowed in."""

    def __init__(self, server: IssuerServer) -> None:
        super().__init__()
        self._server = server

    def authenticate_token(self, token_string: str) -> BearerView | None:
        issuer = self._server.issuer
        try:
            claims = tokens.read_own(issuer, token_string, tokens.ACCESS)
            person_id, sid = tokens.session_of(claims)
        except tokens.TokenRefused:
            return None
        client = self._server.query_client(claims.get("azp"))
        person = issuer.store.person(person_id)
        if client is None or person is None or not person.enabled:
            return None
        if not issuer.store.live_session(sid, issuer.clock()):
            return None
        return BearerView(person, client, str(claims.get("scope", "")))


class OwnUserInfo(UserInfoEndpoint):  # type: ignore[misc]
    """Subject, and name with the scope `profile`."""

    def __init__(self, server: IssuerServer) -> None:
        protector = ResourceProtector()
        protector.register_token_validator(OwnTokens(server))
        super().__init__(server, protector)

    def generate_user_info(self, user: Person, scope: str) -> UserInfo:
        return UserInfo(tokens.profile(user, scope))


class OwnEndSession(EndSessionEndpoint):  # type: ignore[misc]
    """Logout asked for by a client, with an ID token of ours; other kinds of token are no hint."""

    server: IssuerServer

    def _validate_id_token_hint(self, id_token_hint: str) -> dict[str, Any]:
        try:
            return tokens.read_own(self.server.issuer, id_token_hint, tokens.ID, expired_too=True)
        except tokens.TokenRefused:
            raise InvalidRequestError("The 'id_token_hint' is not an ID token of this server.") from None

    def is_post_logout_redirect_uri_legitimate(self, *unused: Any) -> bool:
        """Without a hint the person is asked on a page first; that is the other means the specification wants."""
        return True

    def end_session(self, end_session_request: EndSessionRequest) -> None:
        issuer: Issuer = self.server.issuer
        if end_session_request.id_token_claims is not None:
            _, sid = tokens.session_of(end_session_request.id_token_claims)
            issuer.store.end_session(sid, issuer.clock())


def register_endpoints(server: IssuerServer) -> None:
    server.register_endpoint(OwnUserInfo(server))
    server.register_endpoint(OwnEndSession(server))
