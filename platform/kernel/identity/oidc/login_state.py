"""A log-in under way at our side: state, nonce and PKCE verifier in a signed cookie of ten minutes, one per log-in."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest

from itsdangerous import BadData, URLSafeSerializer

from kernel.identity.oidc.errors import LoginRefused
from kernel.identity.oidc.settings import OidcSettings

_MAX_COOKIE = 4096


@dataclass(frozen=True, slots=True)
class LoginState:
    """What has to come back, and where the person wanted to go (a path of ours)."""

    state: str
    nonce: str
    verifier: str
    return_to: str
    expires: int


def cookie_name(settings: OidcSettings, state: str) -> str:
    """Its own cookie for each log-in, so that two tabs do not disturb each other."""
    prefix = "__Host-" if settings.secure_cookies else ""
    return f"{prefix}gjj-login-{sha256(state.encode()).hexdigest()[:12]}"


def write(settings: OidcSettings, state: LoginState) -> str:
    text = _serializer(settings).dumps(asdict(state))
    return text if isinstance(text, str) else text.decode()


def read(settings: OidcSettings, cookie: str, state: str, now: datetime) -> LoginState:
    """The log-in that `state` belongs to. Raises LoginRefused."""
    if len(cookie) > _MAX_COOKIE:
        raise LoginRefused("cookie")
    try:
        kept = LoginState(**_serializer(settings).loads(cookie))
    except (BadData, TypeError):
        raise LoginRefused("cookie") from None
    if not compare_digest(kept.state.encode(), state.encode()):
        raise LoginRefused("state")
    if kept.expires <= now.timestamp():
        raise LoginRefused("late")
    return kept


def local_path(asked: str | None) -> str:
    """`asked` when it is a path on this site, else "/": nobody is sent elsewhere after a log-in."""
    if not asked or len(asked) > 1024 or not asked.startswith("/") or asked.startswith("//"):
        return "/"
    harmful = any(character in "\\" or ord(character) < 33 or ord(character) == 127 for character in asked)
    return "/" if harmful else asked


def _serializer(settings: OidcSettings) -> URLSafeSerializer:
    return URLSafeSerializer(
        settings.state_key,
        salt="gjj.oidc.login",
        signer_kwargs={"key_derivation": "hmac", "digest_method": sha256},
    )
