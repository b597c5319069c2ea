"""The key of a person, and the running case that a new one would double."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, String, Uuid, column, func, select

from kernel import vault
from kernel.crypto.blind_index import IndexedField
from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import Secret
from kernel.db import TenantSession


@dataclass(frozen=True)
class Running:
    """A running case as a refusal names it."""

    id: UUID
    number: str
    state: str
    channel: str
    started_at: datetime
    account_id: UUID


def as_secret(person_ref: str) -> Secret[str]:
    """The core's reference of a person, masked wherever it is shown."""
    return Secret(person_ref, MaskKind.ACCOUNT)


def person_key(session: TenantSession, person_ref: str) -> bytes:
    """32 bytes that are the same for the same person in this centre, on every channel and account."""
    return vault.of(session).index(IndexedField.ID_NUMBER, Secret(f"core:{person_ref}"))


def in_flight(session: TenantSession, key: bytes, item_code: str) -> Running | None:
    """The running case of a person and an item, whichever account it belongs to."""
    rows = func.k.case_in_flight(session.tenant_id, key, item_code).table_valued(
        column("id", Uuid), column("number", String), column("state", String), column("channel", String),
        column("started_at", DateTime(timezone=True)), column("account_id", Uuid),
    )  # fmt: skip
    row = session.execute(select(rows)).mappings().first()
    return None if row is None else Running(**row)
