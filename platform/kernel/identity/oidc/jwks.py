"""The issuer's public keys: fetched when first needed, again for an unknown key id, never more often than the interval."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from kernel.identity.oidc.errors import ProviderUnreachable
from kernel.identity.oidc.settings import OidcSettings
from kernel.identity.oidc.transport import Transport

_KINDS = ("RSA", "EC")
_MAX_KEYS = 32


class KeyCache:
    """Keys by id. Forged key ids cost at most one fetch per interval, and none while another thread fetches."""

    def __init__(self, settings: OidcSettings, transport: Transport, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._transport = transport
        self._clock = clock
        self._lock = Lock()
        self._keys: dict[str, Key] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None

    def find(self, kid: str) -> Key | None:
        """The signature key of that id, or None. Raises ProviderUnreachable when no keys are to be had."""
        known = self._keys.get(kid)
        if known is not None and not self._older_than(self._settings.keys_lifetime):
            return known
        with self._lock:
            if kid not in self._keys or self._older_than(self._settings.keys_lifetime):
                self._refetch()
            if self._fetched_at is None or self._older_than(self._settings.keys_stale_lifetime):
                raise ProviderUnreachable("keys_unknown")
            return self._keys.get(kid)

    def _refetch(self) -> None:
        now = self._clock()
        if self._tried_at is not None and now - self._tried_at < self._settings.keys_min_interval:
            return
        self._tried_at = now
        try:
            status, answer = self._transport.get(self._settings.direct("certs"))
        except ProviderUnreachable:
            return
        if status == 200 and isinstance(answer.get("keys"), list):
            self._keys = _signature_keys(answer["keys"])
            self._fetched_at = now

    def _older_than(self, age: timedelta) -> bool:
        return self._fetched_at is None or self._clock() - self._fetched_at >= age


def _signature_keys(entries: list[Any]) -> dict[str, Key]:
    """Public RSA and EC keys for signatures; symmetric keys and keys for encryption are left out."""
    keys: dict[str, Key] = {}
    for entry in entries[:_MAX_KEYS]:
        if not isinstance(entry, dict) or entry.get("kty") not in _KINDS or entry.get("use") != "sig":
            continue
        kid = entry.get("kid")
        if not isinstance(kid, str) or not kid:
            continue
        try:
            keys[kid] = JWKRegistry.import_key(entry)
        except (JoseError, ValueError, TypeError):
            continue
    return keys
