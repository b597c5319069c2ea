"""The tokens: claims as Keycloak writes them (`typ` in the payload, `azp`, `sid`), signed RS256."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError

from kernel.db.ids import uuid7
from kernel.identity.issuer.core import Issuer
from kernel.identity.issuer.keys import ALGORITHM
from kernel.identity.issuer.records import AuthorizationCode, Person, RefreshToken
from kernel.identity.issuer.settings import IssuerClient

ACCESS = "Bearer"
ID = "ID"
MAX_TOKEN_LENGTH = 8192


class TokenRefused(Exception):
    """The presented token is not one of ours, or not of the kind wanted, or not in force."""


def access_token(
    issuer: Issuer, person: Person, client: IssuerClient, grantor: AuthorizationCode | RefreshToken
) -> str:
    """A short token for the API: authentication only, no roles."""
    claims = _common(issuer, person, client, grantor.sid) | {
        "typ": ACCESS,
        "aud": [client.audience],
        "scope": grantor.scope,
    }
    return _sign(issuer, claims)


def id_token(
    issuer: Issuer,
    person: Person,
    client: IssuerClient,
    grantor: AuthorizationCode | RefreshToken,
    access: str,
) -> str:
    """Who logged in, when and how, for the client; `nonce` only in answer to a code (OpenID Connect Core 12.2)."""
    claims = _common(issuer, person, client, grantor.sid) | {
        "typ": ID,
        "aud": client.client_id,
        "auth_time": int(grantor.authenticated_at.timestamp()),
        "amr": list(grantor.factors),
        "acr": "2" if len(grantor.factors) > 1 else "1",
        "at_hash": _half_hash(access),
        **profile(person, grantor.scope),
    }
    if isinstance(grantor, AuthorizationCode) and grantor.nonce:
        claims["nonce"] = grantor.nonce
    return _sign(issuer, claims)


def profile(person: Person, scope: str) -> dict[str, str]:
    """What `profile` adds; without it only `sub`."""
    claims = {"sub": str(person.id)}
    if "profile" in scope.split():
        claims |= {"preferred_username": person.username, "name": person.display_name}
    return claims


def read_own(issuer: Issuer, raw: str, typ: str, *, expired_too: bool = False) -> dict[str, Any]:
    """Claims of a token of this issuer and kind. Raises TokenRefused."""
    if len(raw) > MAX_TOKEN_LENGTH:
        raise TokenRefused
    try:
        claims = jwt.decode(raw, issuer.keyring.verifiers(), algorithms=[ALGORITHM]).claims
    except (JoseError, ValueError, TypeError):
        raise TokenRefused from None
    now = issuer.clock().timestamp()
    exp, iss = claims.get("exp"), claims.get("iss")
    if iss != issuer.settings.issuer or claims.get("typ") != typ or not isinstance(exp, int):
        raise TokenRefused
    if exp <= now and not expired_too:
        raise TokenRefused
    return claims


def session_of(claims: dict[str, Any]) -> tuple[UUID, UUID]:
    """(person, session) of a token of ours."""
    try:
        return UUID(claims["sub"]), UUID(claims["sid"])
    except (KeyError, ValueError, TypeError, AttributeError):
        raise TokenRefused from None


def _common(issuer: Issuer, person: Person, client: IssuerClient, sid: UUID) -> dict[str, Any]:
    now: datetime = issuer.clock()
    return {
        "iss": issuer.settings.issuer,
        "sub": str(person.id),
        "azp": client.client_id,
        "sid": str(sid),
        "jti": str(uuid7()),
        "iat": int(now.timestamp()),
        "exp": int((now + issuer.settings.access_lifetime).timestamp()),
    }


def _sign(issuer: Issuer, claims: dict[str, Any]) -> str:
    key = issuer.keyring.signer()
    return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, key, algorithms=[ALGORITHM])


def _half_hash(value: str) -> str:
    return urlsafe_b64encode(sha256(value.encode()).digest()[:16]).rstrip(b"=").decode()
