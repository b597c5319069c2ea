"""The nightly comparison of rows and objects."""

from __future__ import annotations

import os
import time
from pathlib import Path
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.storage import following, service
from kernel.storage.jobs import sweep
from kernel.storage.objects import ObjectFolder
from tests.database import TestDatabase
from tests.kernel.storage import samples
from tests.kernel.storage.test_keeping import keep, objects_of, place


def _old(path: Path) -> None:
    at = time.time() - 4000
    os.utime(path, (at, at))


def _run(database: TestDatabase, tenant: UUID) -> tuple[int, tuple[UUID, ...]]:
    with database.door().tenant_tx(database.scope(tenant), read_only=True) as session:
        found = sweep(session)
    return found.removed, found.missing


def test_orphans_go_after_an_hour_and_kept_files_stay(database: TestDatabase) -> None:
    tenant = database.open_centre("C90199")
    kept = keep(database, database.scope(tenant))
    folder = ObjectFolder(database.files)
    young, old, ancient = uuid7(), uuid7(), uuid7(int((time.time() - 90 * 86400) * 1000))
    for one in (young, old, ancient):
        folder.write(tenant, one, b"sealed")
    part = place(database, tenant, kept).with_name("broken.part")
    part.write_bytes(b"half")
    for path in (place(database, tenant, one) for one in (kept, old, ancient)):
        _old(path)
    _old(part)
    assert _run(database, tenant) == (3, ())
    assert set(objects_of(database, tenant)) == {place(database, tenant, one) for one in (kept, young)}


def test_lost_objects_raise_an_alarm(database: TestDatabase) -> None:
    tenant = database.open_centre("C90200")
    lost, kept = keep(database, database.scope(tenant)), keep(database, database.scope(tenant))
    place(database, tenant, lost).unlink()
    with capture_logs() as logs:
        assert _run(database, tenant) == (0, (lost,))
    assert [(entry["log_level"], entry["file_id"]) for entry in logs if entry["event"] == "file lost"] == [
        ("error", str(lost))
    ]
    assert place(database, tenant, kept).exists()


def test_another_tenants_objects_are_not_touched(database: TestDatabase) -> None:
    tenant, other = database.open_centre("C90201"), database.open_centre("C90202")
    stray = uuid7()
    ObjectFolder(database.files).write(other, stray, b"sealed")
    _old(place(database, other, stray))
    assert _run(database, tenant) == (0, ())
    assert place(database, other, stray).exists()


def test_a_commit_whose_answer_was_lost_keeps_the_object(
    database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant = database.open_centre("C90203")
    real = TenantSession.commit

    def commit_and_lose(session: TenantSession) -> None:
        session.info[following._DECIDING] = True  # what before_commit leaves when the answer never comes
        session.rollback()
        raise ConnectionError

    with (
        monkeypatch.context() as patch,
        pytest.raises(ConnectionError),
        database.door().tenant_tx(database.scope(tenant)) as session,
    ):
        row = service.keep(session, name="a.pdf", media_type="", data=samples.PDF, purpose="case_material")
        session.audit("test.kept", "file", row.id, "测试")
        patch.setattr(TenantSession, "commit", commit_and_lose)
    assert TenantSession.commit is real
    [path] = objects_of(database, tenant)
    _old(path)
    assert _run(database, tenant) == (1, ())


def test_an_object_is_never_replaced(tmp_path: Path) -> None:
    folder, tenant, one = ObjectFolder(tmp_path), uuid7(), uuid7()
    folder.write(tenant, one, b"first")
    with pytest.raises(FileExistsError):
        folder.write(tenant, one, b"second")
    assert folder.read(tenant, one) == b"first"
    assert [path.name for path in folder.place(tenant, one).parent.iterdir()] == [str(one)]
