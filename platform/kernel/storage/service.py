"""The verbs of files: keep, read, drop. None of them audits: the verb that needs the file does, in the same transaction."""

from __future__ import annotations

import hashlib
from uuid import UUID

import structlog
from sqlalchemy import func, select

from kernel import vault
from kernel.crypto.errors import CannotDecrypt, KeyMissing
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.db.roles import DbRole
from kernel.errors import NotSignedIn
from kernel.storage import following, names, purposes, queries
from kernel.storage.errors import (
    DayReached,
    FileDamaged,
    FileEmpty,
    FileNotFound,
    FileTooLarge,
    KindContradicts,
    KindRefused,
    QuotaReached,
)
from kernel.storage.kinds import FileKind, agrees, kind_of
from kernel.storage.models import StoredFile
from kernel.storage.objects import ObjectMissing
from kernel.storage.purposes import Purpose

log = structlog.get_logger("gjj.storage")


def keep(
    session: TenantSession,
    *,
    name: str,
    media_type: str,
    data: bytes,
    purpose: str,
    account_id: UUID | None = None,
) -> StoredFile:
    """Keep a file for a registered purpose. The bytes decide what it is; `media_type` is the browser's claim and decides nothing.

    A citizen's file belongs to the citizen; clerks may keep one for an account. Raises FileEmpty, FileTooLarge, KindRefused,
    KindContradicts, DayReached, QuotaReached.
    """
    wanted = purposes.of(purpose)
    kind = _checked(wanted, name, data)
    owner = _owner(session, account_id)
    own, file_id = vault.of(session), uuid7()
    cleaned = names.clean(name, kind).encode()
    row = StoredFile(
        tenant_id=session.tenant_id,
        id=file_id,
        account_id=owner,
        purpose=wanted.code,
        kind=str(kind.value),
        name=own.cipher.encrypt(queries.name_place(session.tenant_id, file_id), cleaned),
        size=len(data),
        sha256=hashlib.sha256(data).digest(),
        counted=False,
    )
    sealed = own.cipher.encrypt(queries.object_place(session.tenant_id, file_id), data)
    following.wrote(session, file_id)
    following.folder(session).write(session.tenant_id, file_id, sealed)
    session.add(row)
    session.flush()
    if not session.scalar(select(func.k.file_count(session.tenant_id, file_id))):
        raise QuotaReached
    return row


def read(session: TenantSession, file_id: UUID) -> bytes:
    """The plain bytes. Raises FileNotFound, or FileDamaged (and tells the operator) when the object is gone or was changed."""
    row = queries.row(session, file_id)
    try:
        sealed = following.folder(session).read(row.tenant_id, row.id)
        data = vault.of(session).cipher.decrypt(queries.object_place(row.tenant_id, row.id), sealed)
    except (ObjectMissing, CannotDecrypt, KeyMissing) as error:
        log.error(
            "file damaged", tenant_id=str(row.tenant_id), file_id=str(row.id), kind=type(error).__name__
        )
        raise FileDamaged from None
    if hashlib.sha256(data).digest() != row.sha256:
        log.error("file damaged", tenant_id=str(row.tenant_id), file_id=str(row.id), kind="sha256")
        raise FileDamaged
    return data


def drop(session: TenantSession, file_id: UUID) -> None:
    """Forget a file: its row now, its object once this transaction has committed. Raises FileNotFound."""
    session.flush()
    if not session.scalar(select(func.k.file_drop(session.tenant_id, file_id))):
        raise FileNotFound
    session.wrote = session.wrote or StoredFile.__tablename__
    for row in [one for one in session.identity_map.values() if isinstance(one, StoredFile)]:
        if row.id == file_id:
            session.expunge(row)
    following.drops(session, file_id)


def _checked(wanted: Purpose, name: str, data: bytes) -> FileKind:
    if not data:
        raise FileEmpty
    if len(data) > wanted.most_bytes:
        raise FileTooLarge(wanted.most_bytes)
    kind = kind_of(data)
    if kind is None or kind not in wanted.kinds:
        raise KindRefused(wanted.kinds_zh)
    if not agrees(kind, name):
        raise KindContradicts
    return kind


def _owner(session: TenantSession, account_id: UUID | None) -> UUID | None:
    if session.scope.role is not DbRole.CITIZEN:
        return account_id
    try:
        own = UUID(session.scope.subject)
    except ValueError:
        raise NotSignedIn from None
    count, size = queries.of_last_day(session, own)
    if count >= purposes.DAY_FILES or size >= purposes.DAY_BYTES:
        raise DayReached(3600)
    return own
