"""What the issuer asks of the outside: storage, password hashing, the clock. Each storage call is one transaction.

A call that "refuses" returns None or False and changes nothing unless its docstring says otherwise. Calls that change
something append their own audit event in the same transaction. Times are aware UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from kernel.identity.issuer.records import (
    AuthorizationCode,
    Credentials,
    Invitation,
    Person,
    RefreshToken,
    SigningKey,
    SsoSession,
)
from kernel.identity.issuer.settings import Limit

Clock = Callable[[], datetime]


class Passwords(Protocol):
    """Password hashing with equal work whether or not there is a hash to compare with."""

    def hash(self, password: str) -> str: ...

    def verify(self, password_hash: str | None, password: str) -> bool:
        """False for None, after the same work as for a wrong password."""
        ...


class PersonStore(Protocol):
    def person_by_username(self, username: str) -> Person | None:
        """`username` comes normalised (NFKC, case folded, trimmed) and is stored so."""
        ...

    def person(self, person_id: UUID) -> Person | None: ...

    def set_password(self, person_id: UUID, password_hash: str, *, epoch: int, at: datetime) -> Person | None:
        """Replace the password, clear "change due", raise the epoch, end the person's sessions and families.

        Refuses when the stored epoch is not `epoch` (somebody else was faster).
        """
        ...

    def enrol_totp(
        self,
        person_id: UUID,
        secret: str,
        recovery_hashes: Sequence[bytes],
        *,
        step: int,
        epoch: int,
        at: datetime,
    ) -> Person | None:
        """Set the second factor and its recovery codes, remember `step` as used, raise the epoch.

        Refuses when a second factor is set already or the stored epoch is not `epoch`.
        """
        ...

    def use_totp_step(self, person_id: UUID, step: int) -> bool:
        """True once for each step: guarded by `last used step < step`."""
        ...

    def use_recovery_code(self, person_id: UUID, code_hash: bytes, at: datetime) -> int | None:
        """Consume one unused code; the number still left, or None when there is no such unused code."""
        ...


class AttemptStore(Protocol):
    """Counters that guard guesses: rows, changed by one guarded statement each, before anything is evaluated."""

    def take_attempt(self, key: bytes, limit: Limit, at: datetime) -> bool:
        """Count one attempt under `key`; False (nothing counted) when `limit.attempts` are used up.

        When `limit.pause` has passed since the last counted attempt, counting starts again at one.
        """
        ...

    def give_back_attempt(self, key: bytes) -> None:
        """Take one off a counter (not below zero): the attempt was good, but others share the key."""
        ...

    def clear_attempts(self, key: bytes) -> None: ...


class InvitationStore(Protocol):
    def create_invitation(self, invitation: Invitation, at: datetime) -> None:
        """Store it and void the person's earlier open ones.

        A reset also removes password, second factor and recovery codes, raises the epoch and ends the person's
        sessions and families at once: the decision of two officers takes effect before the link is opened.
        """
        ...

    def invitation(self, token_hash: bytes, at: datetime) -> Invitation | None:
        """The invitation while it is open: not used, not voided, not expired."""
        ...

    def redeem_invitation(self, token_hash: bytes, credentials: Credentials, at: datetime) -> Person | None:
        """Use it up and set the credentials, together; None when it is not open any more."""
        ...


class SessionStore(Protocol):
    def open_session(self, session: SsoSession) -> None:
        """Store it and append the log-in record (with `notice_shown`)."""
        ...

    def use_session(self, key_hash: bytes, *, idle_until: datetime, at: datetime) -> SsoSession | None:
        """The live session of a cookie, its idle time moved on; None when ended, idle too long or expired."""
        ...

    def live_session(self, sid: UUID, at: datetime) -> bool: ...

    def end_session(self, sid: UUID, at: datetime) -> None:
        """End it and its token families. Ending an ended one changes nothing."""
        ...


class TokenStore(Protocol):
    def save_code(self, code: AuthorizationCode) -> None: ...

    def take_code(self, code_hash: bytes, client_id: str, at: datetime) -> AuthorizationCode | None:
        """The code, once. A second use ends its family for good and refuses; so does a late use."""
        ...

    def save_refresh(self, token: RefreshToken) -> bool:
        """False when the token's family or session has ended meanwhile."""
        ...

    def take_refresh(
        self, token_hash: bytes, client_id: str, *, idle_until: datetime, at: datetime
    ) -> RefreshToken | None:
        """The refresh token, once, while its session lives (idle time moved on). A second use ends its family."""
        ...


class KeyStore(Protocol):
    def signing_keys(self) -> Sequence[SigningKey]:
        """Live keys, newest first."""
        ...

    def add_signing_key(self, key: SigningKey, *, newest: str | None, keep: int) -> bool:
        """Add a key and drop all but the newest `keep`; False when the newest key is no longer `newest`."""
        ...


class IssuerStore(PersonStore, AttemptStore, InvitationStore, SessionStore, TokenStore, KeyStore, Protocol):
    """All of the issuer's storage. Other helpers of the issuer take the part that they need."""
