"""Each night: objects without a row go, rows without an object raise an alarm. One month at a time, so that memory stays small."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select

from kernel.db import TenantSession
from kernel.db.ids import uuid7_floor
from kernel.jobs.registry import job
from kernel.storage import following
from kernel.storage.models import StoredFile

SCHEDULE = (("storage.sweep", "daily 03:20", "tenants"),)
YOUNG_S = 3600.0
"""Younger objects may belong to a transaction that is still open."""

log = structlog.get_logger("gjj.storage")


@dataclass(frozen=True)
class Swept:
    """What a sweep found: `removed` objects without a row, `missing` rows without an object."""

    removed: int
    missing: tuple[UUID, ...]


@job("storage.sweep")
def sweep_job(session: TenantSession, payload: dict[str, Any]) -> None:
    """Compare this tenant's rows and objects."""
    sweep(session)


def sweep(session: TenantSession) -> Swept:
    """Compare, take away what belongs to nobody, and tell the operator which files are lost."""
    objects = following.folder(session)
    removed, missing = 0, []
    for month in sorted({*objects.months(session.tenant_id), *_months_of_rows(session)}):
        rows = _ids(session, month)
        seen: set[UUID] = set()
        for found in objects.walk(session.tenant_id, month):
            if found.file_id is not None and found.file_id in rows:
                seen.add(found.file_id)
            elif found.age_s > YOUNG_S:
                objects.remove_found(found)
                removed += 1
        missing += sorted(rows - seen)
    _tell(session, removed, missing)
    return Swept(removed, tuple(missing))


def _tell(session: TenantSession, removed: int, missing: list[UUID]) -> None:
    tenant = str(session.tenant_id)
    if removed:
        log.info("objects without a row removed", tenant_id=tenant, count=removed)
    for file_id in missing[:100]:
        log.error("file lost", tenant_id=tenant, file_id=str(file_id))
    if missing:
        log.error("files lost", tenant_id=tenant, count=len(missing))


def _months_of_rows(session: TenantSession) -> list[tuple[int, int]]:
    """Every month from the first row to the last."""
    first = session.scalar(select(StoredFile.id).order_by(StoredFile.id).limit(1))
    last = session.scalar(select(StoredFile.id).order_by(StoredFile.id.desc()).limit(1))
    if first is None or last is None:
        return []
    start, end = _month_number(first), _month_number(last)
    return [(number // 12, number % 12 + 1) for number in range(start, end + 1)]


def _month_number(file_id: UUID) -> int:
    at = datetime.fromtimestamp((file_id.int >> 80) / 1000, UTC)
    return at.year * 12 + at.month - 1


def _ids(session: TenantSession, month: tuple[int, int]) -> set[UUID]:
    start = datetime(month[0], month[1], 1, tzinfo=UTC)
    end = datetime(month[0] + month[1] // 12, month[1] % 12 + 1, 1, tzinfo=UTC)
    low, high = (uuid7_floor(int(at.timestamp() * 1000)) for at in (start, end))
    return set(session.scalars(select(StoredFile.id).where(StoredFile.id >= low, StoredFile.id < high)))
