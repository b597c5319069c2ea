"""Signing keys: RS256 only, two live keys, the newer signs once everybody had time to fetch it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from joserfc.jwk import KeySet, RSAKey

from kernel.db.ids import uuid7
from kernel.identity.issuer.ports import Clock, KeyStore
from kernel.identity.issuer.records import SigningKey

ALGORITHM = "RS256"
LIVE_KEYS = 2
KEY_BITS = 2048
_CACHE = timedelta(seconds=5)


class KeyTooYoung(Exception):
    """A rotation came before tokens signed by the last-but-one key could expire."""


class Keyring:
    """The live keys of an issuer. Rows are read at most every five seconds; parsed keys are kept by their id."""

    def __init__(self, store: KeyStore, clock: Clock, *, lead: timedelta, min_age: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._lead = lead
        self._min_age = min_age
        self._lock = Lock()
        self._parsed: dict[str, RSAKey] = {}
        self._rows: Sequence[SigningKey] = ()
        self._read_at: datetime | None = None

    def signer(self) -> RSAKey:
        """The key to sign with: the newest that has been published for the lead time, else the oldest."""
        rows = self._live()
        ready = [row for row in rows if row.created_at + self._lead <= self._clock()]
        return self._parse(ready[0] if ready else rows[-1])

    def public_jwks(self) -> dict[str, Any]:
        """The published set: public parts, `use` and `alg` named."""
        return {"keys": [self._parse(row).as_dict(private=False) for row in self._live()]}

    def verifiers(self) -> KeySet:
        return KeySet([self._parse(row) for row in self._live()])

    def rotate(self, *, compromised: bool = False) -> str:
        """Add a new key and drop all but two; the new key's id.

        With `compromised` every older key is dropped at once and all tokens they signed die.
        Raises KeyTooYoung when the newest key is younger than the least age.
        """
        newest = self._live()[0]
        if not compromised and self._clock() - newest.created_at < self._min_age:
            raise KeyTooYoung
        return self._add(newest.kid, keep=1 if compromised else LIVE_KEYS)

    def _live(self) -> Sequence[SigningKey]:
        with self._lock:
            now = self._clock()
            if self._read_at is None or not self._rows or now - self._read_at >= _CACHE:
                self._rows, self._read_at = self._store.signing_keys(), now
            rows = self._rows
        if rows:
            return rows
        self._add(None, keep=LIVE_KEYS)
        return self._store.signing_keys()

    def _add(self, newest: str | None, *, keep: int) -> str:
        key = RSAKey.generate_key(KEY_BITS)
        row = SigningKey(uuid7().hex, key.as_pem(private=True).decode(), self._clock())
        added = self._store.add_signing_key(row, newest=newest, keep=keep)
        with self._lock:
            self._read_at = None
        return row.kid if added else self._live()[0].kid

    def _parse(self, row: SigningKey) -> RSAKey:
        key = self._parsed.get(row.kid)
        if key is None:
            key = RSAKey.import_key(row.private_pem, {"kid": row.kid, "use": "sig", "alg": ALGORITHM})
            self._parsed[row.kid] = key
        return key
