"""The checks of a token: signature by an allow-listed algorithm and a known key, then every claim that matters.

`aud`, `iss`, `exp` are essential; the leeway is at most five seconds; a token of another kind is refused even when all
else fits. Failing closed: anything unreadable raises TokenRefused.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from json import loads
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError

from kernel.identity.oidc.errors import TokenRefused
from kernel.identity.oidc.jwks import KeyCache
from kernel.identity.oidc.settings import ALGORITHMS, OidcSettings

MAX_TOKEN_LENGTH = 16384
BACKCHANNEL_EVENT = "http://schemas.openid.net/event/backchannel-logout"


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a checked token speaks of: issuer, subject and session. Nothing about what they may do."""

    issuer: str
    subject: str
    sid: str | None
    jti: str | None
    expires: int
    claims: dict[str, Any]


class TokenChecks:
    """The three kinds of token that reach us: access (API), ID (log-in), logout (back channel)."""

    def __init__(self, settings: OidcSettings, keys: KeyCache, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._keys = keys
        self._clock = clock

    def access(self, raw: str) -> Subject:
        """A Bearer token presented to the API. Raises TokenRefused."""
        header, claims = self._verified(raw)
        _require(str(header.get("typ", "JWT")).lower() in ("jwt", "at+jwt"), "typ")
        _require(claims.get("typ") == "Bearer", "typ")
        _require(self._settings.api_audience in _audiences(claims), "aud")
        _require(claims.get("azp") in self._settings.parties, "azp")
        return self._subject(claims)

    def identity(self, raw: str, *, nonce: str | None, access_token: str | None = None) -> Subject:
        """An ID token from the token endpoint; `nonce` None only in answer to a refresh. Raises TokenRefused."""
        header, claims = self._verified(raw)
        _require(str(header.get("typ", "JWT")).lower() == "jwt", "typ")
        _require(claims.get("typ", "ID") == "ID", "typ")
        audiences = _audiences(claims)
        _require(self._settings.client_id in audiences, "aud")
        _require(len(audiences) == 1 or "azp" in claims, "azp")
        _require(claims.get("azp", self._settings.client_id) == self._settings.client_id, "azp")
        if nonce is not None:
            _require(compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()), "nonce")
        if access_token is not None and "at_hash" in claims and header["alg"].endswith("256"):
            _require(claims["at_hash"] == half_hash(access_token), "at_hash")
        return self._subject(claims)

    def logout(self, raw: str) -> Subject:
        """A back-channel logout token (OpenID Connect Back-Channel Logout 1.0, 2.6). Raises TokenRefused.

        The caller remembers `jti` and refuses a second one.
        """
        header, claims = self._verified(raw)
        _require(str(header.get("typ", "")).lower() == "logout+jwt", "typ")
        _require(self._settings.client_id in _audiences(claims), "aud")
        events = claims.get("events")
        _require(isinstance(events, dict) and isinstance(events.get(BACKCHANNEL_EVENT), dict), "events")
        _require("nonce" not in claims, "nonce")
        _require(isinstance(claims.get("jti"), str) and 0 < len(claims["jti"]) <= 200, "jti")
        age = self._now() - claims["iat"]
        _require(age <= self._settings.logout_token_age.total_seconds(), "iat")
        _require(isinstance(claims.get("sub"), str) or isinstance(claims.get("sid"), str), "sub")
        return self._subject(claims, subject_needed=False)

    def _verified(self, raw: str) -> tuple[dict[str, Any], dict[str, Any]]:
        _require(isinstance(raw, str) and 0 < len(raw) <= MAX_TOKEN_LENGTH and raw.count(".") == 2, "form")
        header = _header(raw)
        kid, algorithm = header.get("kid"), header.get("alg")
        _require(algorithm in ALGORITHMS, "alg")
        _require(isinstance(kid, str) and 0 < len(kid) <= 200, "kid")
        key = self._keys.find(str(kid))
        _require(key is not None, "kid")
        assert key is not None
        try:
            token = jwt.decode(raw, key, algorithms=list(ALGORITHMS))
            jwt.JWTClaimsRegistry(
                now=self._now(),
                leeway=int(self._settings.leeway.total_seconds()),
                iss={"essential": True, "value": self._settings.issuer},
                aud={"essential": True},
                exp={"essential": True},
                iat={"essential": True},
            ).validate(token.claims)
        except (JoseError, ValueError, TypeError, RecursionError):
            raise TokenRefused("signature_or_claims") from None
        return dict(token.header), token.claims

    def _subject(self, claims: dict[str, Any], *, subject_needed: bool = True) -> Subject:
        subject, sid, jti = claims.get("sub", ""), claims.get("sid"), claims.get("jti")
        _require(isinstance(subject, str) and len(subject) <= 255, "sub")
        _require(bool(subject) or not subject_needed, "sub")
        _require(sid is None or isinstance(sid, str), "sid")
        _require(jti is None or isinstance(jti, str), "jti")
        return Subject(self._settings.issuer, subject, sid, jti, int(claims["exp"]), claims)

    def _now(self) -> int:
        return int(self._clock().timestamp())


def half_hash(value: str) -> str:
    """`at_hash` for the three SHA-256 algorithms."""
    return urlsafe_b64encode(sha256(value.encode()).digest()[:16]).rstrip(b"=").decode()


def _header(raw: str) -> dict[str, Any]:
    part = raw.partition(".")[0]
    try:
        value = loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, RecursionError):
        raise TokenRefused("form") from None
    if not isinstance(value, dict):
        raise TokenRefused("form")
    return value


def _audiences(claims: dict[str, Any]) -> list[str]:
    value = claims.get("aud")
    return [value] if isinstance(value, str) else list(value or [])


def _require(holds: bool, reason: str) -> None:
    if not holds:
        raise TokenRefused(reason)
