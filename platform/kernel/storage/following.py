"""Objects follow their transaction: written before it commits, taken away when it rolls back; dropped ones go only after it committed.

A commit whose answer got lost may have happened: then nothing is taken away here, and the sweep asks the rows an hour later.
A savepoint that is rolled back also leaves its object to the sweep.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import event

from kernel.db import TenantSession
from kernel.storage.objects import ObjectFolder

_WRITTEN, _DROPPED, _DECIDING = "storage.written", "storage.dropped", "storage.deciding"


def folder(session: TenantSession) -> ObjectFolder:
    """The process's folder of objects. RuntimeError in a process that has none: a defect of its composition."""
    found = session.door.files
    if not isinstance(found, ObjectFolder):
        raise RuntimeError("this process has no folder for files")
    return found


def wrote(session: TenantSession, file_id: UUID) -> None:
    """Say, before writing, that this transaction makes the object."""
    session.info.setdefault(_WRITTEN, []).append(file_id)


def drops(session: TenantSession, file_id: UUID) -> None:
    """Say that the object goes when this transaction has committed."""
    session.info.setdefault(_DROPPED, []).append(file_id)


@event.listens_for(TenantSession, "before_commit")
def _deciding(session: TenantSession) -> None:
    if not session.in_nested_transaction():
        session.info[_DECIDING] = True


@event.listens_for(TenantSession, "after_commit")
def _committed(session: TenantSession) -> None:
    if not session.in_nested_transaction():
        session.info.pop(_WRITTEN, None)
        _remove(session, _DROPPED)
        session.info.pop(_DECIDING, None)


@event.listens_for(TenantSession, "after_rollback")
def _rolled_back(session: TenantSession) -> None:
    if session.in_nested_transaction():
        return
    session.info.pop(_DROPPED, None)
    if session.info.pop(_DECIDING, False):
        session.info.pop(_WRITTEN, None)
    else:
        _remove(session, _WRITTEN)


def _remove(session: TenantSession, which: str) -> None:
    for file_id in session.info.pop(which, []):
        folder(session).remove(session.tenant_id, file_id)
