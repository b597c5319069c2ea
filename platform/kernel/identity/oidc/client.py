"""The client: start a log-in, finish it, renew, log out, check tokens. No call leaves before the first of these."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Protocol
from urllib.parse import urlencode

from kernel.identity.oidc import login_state
from kernel.identity.oidc.checks import Subject, TokenChecks
from kernel.identity.oidc.errors import LoginRefused, ProviderUnreachable, RefreshRefused, TokenRefused
from kernel.identity.oidc.jwks import KeyCache
from kernel.identity.oidc.login_state import LoginState, cookie_name, local_path
from kernel.identity.oidc.settings import OidcSettings
from kernel.identity.oidc.transport import Transport


class ReplayCache(Protocol):
    """Remembers the ids of logout tokens: rows, not Valkey, so that a flush forgets nothing."""

    def first_use(self, jti: str, until: datetime) -> bool:
        """True exactly once for each `jti` until `until`."""
        ...


@dataclass(frozen=True, slots=True)
class LoginStart:
    """Redirect to `url` and set the cookie: HttpOnly, SameSite=Lax, path "/", `Secure` as the settings say."""

    url: str
    cookie_name: str
    cookie_value: str = field(repr=False)
    max_age: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the issuer handed out. Kept encrypted on the server, never sent to a browser."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    id_token: str | None = field(repr=False)
    access_expires_in: int


@dataclass(frozen=True, slots=True)
class Login:
    """A completed log-in: who, with which tokens, where to go, which cookie to drop."""

    subject: Subject
    tokens: Tokens
    return_to: str
    cookie_name: str


class OidcClient:
    """One client at one issuer. Thread-safe; make one for each process."""

    def __init__(
        self,
        settings: OidcSettings,
        transport: Transport,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        replays: ReplayCache | None = None,
    ) -> None:
        self.settings = settings
        self._transport = transport
        self._clock = clock
        self._replays = replays
        self._checks = TokenChecks(settings, KeyCache(settings, transport, clock), clock)

    def start_login(self, return_to: str | None = None, **extra: str) -> LoginStart:
        """Begin; `extra` may hold `prompt`, `max_age`, `login_hint`, `ui_locales`. Calls nobody."""
        settings = self.settings
        expires = int((self._clock() + settings.login_lifetime).timestamp())
        kept = LoginState(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            return_to=local_path(return_to),
            expires=expires,
        )
        allowed = {
            name: extra[name] for name in ("prompt", "max_age", "login_hint", "ui_locales") if name in extra
        }
        query = allowed | {
            "response_type": "code",
            "client_id": settings.client_id,
            "redirect_uri": settings.redirect_uri,
            "scope": settings.scope,
            "state": kept.state,
            "nonce": kept.nonce,
            "code_challenge": _challenge(kept.verifier),
            "code_challenge_method": "S256",
        }
        url = f"{settings.public('auth')}?{urlencode(query)}"
        lifetime = int(settings.login_lifetime.total_seconds())
        return LoginStart(url, cookie_name(settings, kept.state), login_state.write(settings, kept), lifetime)

    def finish_login(self, parameters: Mapping[str, str], cookies: Mapping[str, str]) -> Login:
        """Handle the callback: exchange the code, check the ID token.

        Raises LoginRefused (start again) or ProviderUnreachable.
        """
        state = parameters.get("state", "")
        name = cookie_name(self.settings, state)
        if not state or name not in cookies:
            raise LoginRefused("state")
        kept = login_state.read(self.settings, cookies[name], state, self._clock())
        if parameters.get("iss", self.settings.issuer) != self.settings.issuer:
            raise LoginRefused("iss")
        code = parameters.get("code")
        if "error" in parameters or not code or len(code) > 2048:
            raise LoginRefused("denied")
        tokens = self._exchange(code, kept.verifier)
        if tokens.id_token is None:
            raise LoginRefused("id_token")
        try:
            subject = self._checks.identity(
                tokens.id_token, nonce=kept.nonce, access_token=tokens.access_token
            )
        except TokenRefused as refused:
            raise LoginRefused(f"id_token_{refused.reason}") from None
        return Login(subject, tokens, kept.return_to, name)

    def refresh(self, refresh_token: str, *, subject: str) -> Tokens:
        """Renew; the old refresh token is used up, so call it under a lock of the session's row.

        Raises RefreshRefused (end the session; also when the new ID token is another person's) or ProviderUnreachable.
        """
        status, answer = self._token_call({"grant_type": "refresh_token", "refresh_token": refresh_token})
        if status != 200:
            raise RefreshRefused("refused")
        tokens = _tokens(answer)
        if tokens is None:
            raise RefreshRefused("answer")
        if tokens.id_token is not None:
            try:
                renewed = self._checks.identity(tokens.id_token, nonce=None, access_token=tokens.access_token)
            except TokenRefused as refused:
                raise RefreshRefused(f"id_token_{refused.reason}") from None
            if renewed.subject != subject:
                raise RefreshRefused("subject")
        return tokens

    def verify_access(self, raw: str) -> Subject:
        """Check a Bearer token for the API. Raises TokenRefused or ProviderUnreachable (no keys)."""
        return self._checks.access(raw)

    def verify_logout(self, raw: str) -> Subject:
        """Check a back-channel logout token, once. Raises TokenRefused or ProviderUnreachable."""
        if self._replays is None:
            raise TokenRefused("no_replay_cache")
        subject = self._checks.logout(raw)
        until = self._clock() + self.settings.logout_token_age + 2 * self.settings.leeway
        if not self._replays.first_use(str(subject.jti), until):
            raise TokenRefused("replay")
        return subject

    def logout_url(self, id_token: str | None, *, state: str | None = None) -> str:
        """Where to send the browser to end the log-in at the issuer too."""
        query = {
            "client_id": self.settings.client_id,
            "post_logout_redirect_uri": self.settings.post_logout_redirect_uri,
        }
        if id_token:
            query["id_token_hint"] = id_token
        if state:
            query["state"] = state
        return f"{self.settings.public('logout')}?{urlencode(query)}"

    def _exchange(self, code: str, verifier: str) -> Tokens:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.settings.redirect_uri,
            "code_verifier": verifier,
        }
        status, answer = self._token_call(form)
        tokens = _tokens(answer) if status == 200 else None
        if tokens is None:
            raise LoginRefused("exchange")
        return tokens

    def _token_call(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        secret = {"client_id": self.settings.client_id, "client_secret": self.settings.client_secret}
        status, answer = self._transport.post(self.settings.direct("token"), form | secret)
        if status >= 500 or status == 429:
            raise ProviderUnreachable("token_endpoint")
        return status, answer


def _tokens(answer: dict[str, Any]) -> Tokens | None:
    access, refresh, identity = (answer.get(name) for name in ("access_token", "refresh_token", "id_token"))
    expires_in = answer.get("expires_in", 0)
    if not isinstance(access, str) or str(answer.get("token_type", "")).lower() != "bearer":
        return None
    if any(value is not None and not isinstance(value, str) for value in (refresh, identity)):
        return None
    if not isinstance(expires_in, int) or isinstance(expires_in, bool):
        return None
    return Tokens(access, refresh, identity, expires_in)


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
