"""What the issuer keeps: plain frozen records. Secrets are kept as digests and never shown by `repr`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff as the issuer knows them.

    `password_hash` is an argon2id text or None (not set yet); `totp_secret` is base32 or None (not enrolled).
    `credential_epoch` grows whenever password or second factor change: a half-finished log-in of an older epoch is void.
    """

    id: UUID
    username: str
    display_name: str
    enabled: bool = True
    password_hash: str | None = field(default=None, repr=False)
    password_change_due: bool = False
    totp_secret: str | None = field(default=None, repr=False)
    credential_epoch: int = 0


class InvitationKind(StrEnum):
    """First entry, or a reset that two officers decided."""

    JOIN = "join"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link, good once, with which a person sets password and second factor. Officers are two for a reset."""

    token_hash: bytes = field(repr=False)
    person_id: UUID
    kind: InvitationKind
    expires_at: datetime
    officer_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a redeemed invitation sets, in one transaction. `totp_secret` None: no second factor (demo policy)."""

    password_hash: str = field(repr=False)
    totp_secret: str | None = field(repr=False)
    totp_step: int
    recovery_hashes: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class SsoSession:
    """A log-in at the issuer; `id` is the `sid` of its tokens. `notice_shown`: the password warning stood on the page."""

    id: UUID
    key_hash: bytes = field(repr=False)
    person_id: UUID
    authenticated_at: datetime
    factors: tuple[str, ...]
    idle_until: datetime
    expires_at: datetime
    notice_shown: bool = True


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    """A code, good once and briefly. Every token that grows out of it belongs to `family_id`."""

    code_hash: bytes = field(repr=False)
    family_id: UUID
    sid: UUID
    client_id: str
    person_id: UUID
    redirect_uri: str
    scope: str
    nonce: str | None
    challenge: str
    authenticated_at: datetime
    factors: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """One link of a family's chain; used once, then replaced by the next."""

    token_hash: bytes = field(repr=False)
    family_id: UUID
    sid: UUID
    client_id: str
    person_id: UUID
    scope: str
    authenticated_at: datetime
    factors: tuple[str, ...]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An RSA key of the issuer; `private_pem` is PKCS#8 text, encrypted at rest by the store."""

    kid: str
    private_pem: str = field(repr=False)
    created_at: datetime
