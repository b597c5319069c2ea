"""A place to try accounts: caught codes, a transaction in the province, a phone with its browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import RevealPurpose, Secret, reveal
from kernel.db import TenantSession
from kernel.validation.phones import synthetic_mobile
from tests.database import TestDatabase

_numbers = count(70_000)


def new_phone() -> Secret[str]:
    """A number that no other test has."""
    return Secret(synthetic_mobile(next(_numbers)), MaskKind.PHONE)


def plain(value: Secret[str]) -> str:
    """What a person types."""
    return reveal(value, RevealPurpose.VALIDATION)


@dataclass
class Sent:
    """What left for the message service."""

    template: str
    phone: str
    code: str
    payer: UUID | None


@dataclass
class Codes:
    """Stands where the message service stands."""

    sent: list[Sent] = field(default_factory=list)

    def catch(
        self, session: Any, template: str, phone: Secret[str], code: Secret[str], challenge_id: UUID,
        payer: UUID | None,
    ) -> None:  # fmt: skip
        self.sent.append(Sent(template, plain(phone), plain(code), payer))

    @property
    def last(self) -> str:
        return self.sent[-1].code


@contextmanager
def province(database: TestDatabase) -> Iterator[TenantSession]:
    """A transaction where accounts live."""
    with database.door().tenant_tx(database.scope(subject="system:accounts")) as session:
        yield session


def wrong(code: str) -> Secret[str]:
    """Another code than that one."""
    return Secret("000000" if code != "000000" else "111111")
