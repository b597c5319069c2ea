"""The issuer's parts held together; made once by `create_issuer`, handed to every module, replaced by none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from kernel.identity.issuer.keys import Keyring
from kernel.identity.issuer.ports import Clock, IssuerStore, Passwords
from kernel.identity.issuer.settings import IssuerSettings


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Issuer:
    """Settings, storage, password hashing, clock and keys of one issuer."""

    settings: IssuerSettings
    store: IssuerStore
    passwords: Passwords
    clock: Clock
    keyring: Keyring
