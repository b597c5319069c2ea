"""Tokens made by hand: right but for one thing."""

from __future__ import annotations

import base64
import hmac
import json
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from tests.identity.issuer.world import World

HEADER_TYPES = {"access": "JWT", "id": "JWT", "logout": "logout+jwt"}


@lru_cache(maxsize=4)
def foreign_key(name: str = "foreign") -> RSAKey:
    """An RSA key that the issuer never published."""
    return RSAKey.generate_key(2048)


def right_claims(world: World, kind: str = "access") -> dict[str, Any]:
    """Claims that are accepted for that kind of token."""
    now = int(world.clock().timestamp())
    common: dict[str, Any] = {
        "iss": world.settings.issuer,
        "sub": "0190d3a0-0000-7000-8000-000000000001",
        "azp": "gjj-console",
        "sid": "0190d3a0-0000-7000-8000-000000000002",
        "jti": f"jti-{kind}",
        "iat": now,
        "exp": now + 300,
    }
    if kind == "access":
        return common | {"typ": "Bearer", "aud": ["gjj-api"], "scope": "openid"}
    if kind == "id":
        return common | {"typ": "ID", "aud": "gjj-console", "nonce": "n" * 43}
    events: dict[str, Any] = {"http://schemas.openid.net/event/backchannel-logout": {}}
    return {name: common[name] for name in ("iss", "sub", "sid", "jti", "iat", "exp")} | {
        "aud": "gjj-console",
        "typ": "Logout",
        "events": events,
    }


def right(world: World, kind: str, **header: Any) -> str:
    """A right token of that kind, with parts of its header changed (None leaves one out)."""
    return sign(world, right_claims(world, kind), **{"typ": HEADER_TYPES[kind], **header})


def changed(world: World, kind: str = "access", **changes: Any) -> str:
    """Right claims but for `changes`; a change to None leaves the claim out."""
    claims = right_claims(world, kind) | changes
    return sign(
        world, {name: value for name, value in claims.items() if value is not None}, typ=HEADER_TYPES[kind]
    )


def sign(world: World, claims: dict[str, Any], *, key: RSAKey | None = None, **header: Any) -> str:
    """Signed by the issuer's own key (or another) with RSA PKCS#1; by hand, since a library refuses to make bad ones."""
    full = {"alg": "RS256", "kid": world.issuer.keyring.signer().kid} | header
    body = (
        f"{raw_part({name: value for name, value in full.items() if value is not None})}.{raw_part(claims)}"
    )
    private = (key or world.issuer.keyring.signer()).private_key
    assert private is not None
    digest = hashes.SHA384() if full["alg"] == "RS384" else hashes.SHA256()
    return f"{body}.{_base64(private.sign(body.encode(), padding.PKCS1v15(), digest))}"


def unsigned(world: World, kind: str, algorithm: str | None = "none") -> str:
    header = {"alg": algorithm, "kid": "first", "typ": HEADER_TYPES[kind]}
    known = {name: value for name, value in header.items() if value is not None}
    return f"{raw_part(known)}.{raw_part(right_claims(world, kind))}."


def with_public_key_as_secret(world: World, kind: str) -> str:
    """HS256 under the published RSA key's text: the classic confusion."""
    secret = world.issuer.keyring.signer().as_pem(private=False)
    header = {"alg": "HS256", "kid": "first", "typ": HEADER_TYPES[kind]}
    body = f"{raw_part(header)}.{raw_part(right_claims(world, kind))}"
    return f"{body}.{_base64(hmac.digest(secret, body.encode(), 'sha256'))}"


def by_foreign_key(world: World, kind: str, **header: Any) -> str:
    """The issuer's key id over a foreign signature."""
    return sign(world, right_claims(world, kind), key=foreign_key(), typ=HEADER_TYPES[kind], **header)


def by_curve_key(world: World, kind: str) -> str:
    header = {"alg": "ES256", "kid": "first", "typ": HEADER_TYPES[kind]}
    return jwt.encode(header, right_claims(world, kind), ECKey.generate_key("P-256"))


def raw_part(value: Any) -> str:
    return _base64(json.dumps(value).encode())


def _base64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
