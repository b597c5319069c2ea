"""Reading kept files' rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select

from kernel import vault
from kernel.crypto.envelope import FieldPlace
from kernel.db import TenantSession, utc_now
from kernel.storage.errors import FileNotFound
from kernel.storage.kinds import FileKind
from kernel.storage.models import StoredFile


@dataclass(frozen=True)
class FileCard:
    """A file as a page lists it."""

    id: UUID
    name: str
    kind: FileKind
    size: int
    sha256: bytes
    kept_at: datetime


def row(session: TenantSession, file_id: UUID) -> StoredFile:
    """The file's row. Raises FileNotFound for one that this scope can't see."""
    found = session.scalar(select(StoredFile).where(StoredFile.id == file_id))
    if found is None:
        raise FileNotFound
    return found


def cards(session: TenantSession, ids: Collection[UUID]) -> dict[UUID, FileCard]:
    """Those of the files that this scope can see, by id, in one query."""
    if not ids:
        return {}
    rows = session.scalars(select(StoredFile).where(StoredFile.id.in_(ids)))
    return {one.id: card(session, one) for one in rows}


def card(session: TenantSession, one: StoredFile) -> FileCard:
    """The row with its name opened."""
    name = vault.of(session).cipher.decrypt(name_place(one.tenant_id, one.id), one.name).decode()
    return FileCard(one.id, name, FileKind.named(one.kind), one.size, one.sha256, one.kept_at)


def name_place(tenant_id: UUID, file_id: UUID) -> FieldPlace:
    """Where the sealed name lives."""
    return FieldPlace(tenant_id, "stored_file", "name", file_id)


def object_place(tenant_id: UUID, file_id: UUID) -> FieldPlace:
    """What the sealed object is bound to: copied to another row's place it does not open."""
    return FieldPlace(tenant_id, "stored_file", "object", file_id)


def of_last_day(session: TenantSession, account_id: UUID) -> tuple[int, int]:
    """How many files and bytes that account handed in within 24 hours and still has."""
    found = session.execute(
        select(func.count(), func.coalesce(func.sum(StoredFile.size), 0)).where(
            StoredFile.account_id == account_id, StoredFile.kept_at > utc_now() - timedelta(days=1)
        )
    ).one()
    return int(found[0]), int(found[1])


@dataclass(frozen=True)
class Usage:
    """How much the tenant keeps and may keep."""

    files: int
    bytes: int
    cap_bytes: int | None


def usage(session: TenantSession) -> Usage:
    """The tenant's sum, as counted with each file."""
    used = func.k.file_usage_of(session.tenant_id).table_valued("files", "bytes", "cap_bytes")
    found = session.execute(select(used.c.files, used.c.bytes, used.c.cap_bytes)).first()
    return Usage(found.files, found.bytes, found.cap_bytes) if found is not None else Usage(0, 0, None)
