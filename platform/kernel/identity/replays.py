"""Ids of logout tokens, kept as rows so that a flush of the broker forgets none: each is used once."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256

from kernel.db import utc_now
from kernel.identity.issuer.ports import AttemptStore
from kernel.identity.issuer.settings import Limit


class Replays:
    """What `OidcClient` asks before it believes a logout token. A counter that allows one attempt does it."""

    def __init__(self, store: AttemptStore) -> None:
        self._store = store

    def first_use(self, jti: str, until: datetime) -> bool:
        """True once until then."""
        now = utc_now()
        once = Limit(1, max(until - now, timedelta(minutes=1)))
        return self._store.take_attempt(sha256(b"logout-token|" + jti.encode()).digest(), once, now)
