"""The two grants and their extensions: codes good once, PKCE S256 without exception, refresh tokens that rotate."""

from __future__ import annotations

from typing import Any

from authlib.oauth2.rfc6749 import (
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
)
from authlib.oauth2.rfc6749.grants import (
    AuthorizationCodeGrant,
    RefreshTokenGrant,
)
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode
from authlib.oidc.core.grants.code import OpenIDToken

from kernel.db.ids import uuid7
from kernel.identity.issuer import tokens
from kernel.identity.issuer.core import Issuer
from kernel.identity.issuer.digests import new_token, token_hash
from kernel.identity.issuer.records import AuthorizationCode, Person, RefreshToken
from kernel.identity.issuer.server import ClientView, IssuerRequest, IssuerServer, LoggedIn

CLIENT_AUTHENTICATION = ["client_secret_basic", "client_secret_post"]


class CodeView:
    """A taken code as Authlib asks about it."""

    def __init__(self, record: AuthorizationCode) -> None:
        self.record = record
        self.code_challenge = record.challenge
        self.code_challenge_method = "S256"

    def get_redirect_uri(self) -> str:
        return self.record.redirect_uri

    def get_scope(self) -> str:
        return self.record.scope


class RefreshView:
    """A taken refresh token as Authlib asks about it."""

    def __init__(self, record: RefreshToken) -> None:
        self.record = record

    def check_client(self, client: ClientView) -> bool:
        return client.client_id == self.record.client_id

    def get_scope(self) -> str:
        return self.record.scope


class _Issues:
    """Issuing for both grants: an access token and the family's next refresh token."""

    server: IssuerServer
    request: IssuerRequest

    def generate_token(self, user: Person, scope: str, **unused: Any) -> dict[str, Any]:
        """The token answer. Raises InvalidGrantError when family or session ended in between."""
        issuer, client = self.server.issuer, self.request.client.record
        grantor = _grantor(self.request)
        refresh = new_token()
        kept = issuer.store.save_refresh(
            RefreshToken(
                token_hash=token_hash(refresh),
                family_id=grantor.family_id,
                sid=grantor.sid,
                client_id=client.client_id,
                person_id=user.id,
                scope=grantor.scope,
                authenticated_at=grantor.authenticated_at,
                factors=grantor.factors,
                expires_at=issuer.clock() + issuer.settings.session_lifetime,
            )
        )
        if not kept:
            raise InvalidGrantError()
        return {
            "token_type": "Bearer",
            "access_token": tokens.access_token(issuer, user, client, grantor),
            "expires_in": self.server.access_seconds,
            "refresh_token": refresh,
            "scope": grantor.scope,
            "session_state": str(grantor.sid),
        }


class CodeGrant(_Issues, AuthorizationCodeGrant):  # type: ignore[misc]
    """Authorization code: bound to client, address and challenge; taken before anything about it is checked."""

    TOKEN_ENDPOINT_AUTH_METHODS = CLIENT_AUTHENTICATION

    def validate_requested_scope(self) -> None:
        """Log-in is all that this server does: a request without `openid` is a mistake."""
        if "openid" not in (self.request.payload.scope or "").split():
            raise InvalidScopeError()

    def save_authorization_code(self, code: str, request: IssuerRequest) -> None:
        issuer: Issuer = self.server.issuer
        owner: LoggedIn = request.user
        asked = request.payload.data
        issuer.store.save_code(
            AuthorizationCode(
                code_hash=token_hash(code),
                family_id=uuid7(),
                sid=owner.session.id,
                client_id=request.client.client_id,
                person_id=owner.person.id,
                redirect_uri=asked["redirect_uri"],
                scope=request.scope,
                nonce=asked.get("nonce"),
                challenge=asked["code_challenge"],
                authenticated_at=owner.session.authenticated_at,
                factors=owner.session.factors,
                expires_at=issuer.clock() + issuer.settings.code_lifetime,
            )
        )

    def query_authorization_code(self, code: str, client: ClientView) -> CodeView | None:
        issuer: Issuer = self.server.issuer
        taken = issuer.store.take_code(token_hash(code), client.client_id, issuer.clock())
        return None if taken is None else CodeView(taken)

    def delete_authorization_code(self, authorization_code: CodeView) -> None:
        """Nothing to do: it was used up when it was taken."""

    def authenticate_user(self, authorization_code: CodeView) -> Person | None:
        return _allowed_person(self.server.issuer, authorization_code.record.person_id)


class RefreshGrant(_Issues, RefreshTokenGrant):  # type: ignore[misc]
    """Refresh with rotation; a second use of a token ends its whole family (done by the store, in one transaction)."""

    TOKEN_ENDPOINT_AUTH_METHODS = CLIENT_AUTHENTICATION
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> RefreshView | None:
        issuer: Issuer = self.server.issuer
        now = issuer.clock()
        taken = issuer.store.take_refresh(
            token_hash(refresh_token),
            self.request.client.client_id,
            idle_until=now + issuer.settings.session_idle,
            at=now,
        )
        return None if taken is None else RefreshView(taken)

    def authenticate_user(self, refresh_token: RefreshView) -> Person:
        person = _allowed_person(self.server.issuer, refresh_token.record.person_id)
        if person is None:
            raise InvalidGrantError()
        return person

    def revoke_old_credential(self, refresh_token: RefreshView) -> None:
        """Nothing to do: it was used up when it was taken."""


class StrictChallenge(CodeChallenge):  # type: ignore[misc]
    """PKCE for every client, S256 named in words: an absent method would mean "plain"."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        asked = grant.request.payload.data
        if not asked.get("code_challenge") or asked.get("code_challenge_method") != "S256":
            raise InvalidRequestError("A 'code_challenge' with method S256 is required.")
        super().validate_code_challenge(grant, redirect_uri)


class _WritesIdToken:
    def encode_id_token(self, token: dict[str, Any], request: IssuerRequest) -> str:
        client, access = request.client.record, token["access_token"]
        return tokens.id_token(request.issuer, request.user, client, _grantor(request), access)


class CodeIdToken(_WritesIdToken, OpenIDCode):  # type: ignore[misc]
    """ID tokens in answer to a code. A nonce is bound to its code, which is good once."""

    def exists_nonce(self, nonce: str, request: IssuerRequest) -> bool:
        return False


class RefreshIdToken(_WritesIdToken, OpenIDToken):  # type: ignore[misc]
    """ID tokens in answer to a refresh: the first log-in's time and factors, no nonce."""


def _grantor(request: IssuerRequest) -> AuthorizationCode | RefreshToken:
    view = request.authorization_code or request.refresh_token
    record: AuthorizationCode | RefreshToken = view.record
    return record


def _allowed_person(issuer: Issuer, person_id: Any) -> Person | None:
    person = issuer.store.person(person_id)
    return person if person is not None and person.enabled else None


def register_grants(server: IssuerServer) -> None:
    server.register_grant(CodeGrant, [StrictChallenge(required=True), CodeIdToken()])
    server.register_grant(RefreshGrant, [RefreshIdToken()])
