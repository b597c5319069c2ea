"""Files follow their rows: kept sealed in the tenant, gone with a roll-back, closed to everybody else, every changed byte found."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from kernel.db.door import UnauditedChange
from kernel.db.ids import uuid7
from kernel.db.roles import DbRole
from kernel.errors import NotSignedIn
from kernel.storage import purposes, queries, service
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
from kernel.storage.objects import ObjectFolder
from kernel.storage.purposes import CASE_MATERIAL
from kernel.tenancy.scope import Scope
from tests.database import TestDatabase
from tests.kernel.storage import samples


def keep(
    database: TestDatabase, scope: Scope, data: bytes = samples.PDF, name: str = "张三的合同.pdf"
) -> UUID:
    with database.door().tenant_tx(scope) as session:
        row = service.keep(
            session, name=name, media_type="application/pdf", data=data, purpose="case_material"
        )
        session.audit("test.kept", "file", row.id, "测试")
        return row.id


def place(database: TestDatabase, tenant: UUID, file_id: UUID) -> Path:
    return ObjectFolder(database.files).place(tenant, file_id)


def objects_of(database: TestDatabase, tenant: UUID) -> list[Path]:
    return [path for path in (database.files / str(tenant)).rglob("*") if path.is_file()]


def test_a_file_comes_back_as_it_was(database: TestDatabase) -> None:
    tenant = database.open_centre("C90181")
    file_id = keep(database, database.scope(tenant))
    with database.door().tenant_tx(database.scope(tenant), read_only=True) as session:
        assert service.read(session, file_id) == samples.PDF
        card = queries.cards(session, [file_id])[file_id]
    assert (card.name, card.kind.media_type, card.size) == (
        "张三的合同.pdf",
        "application/pdf",
        len(samples.PDF),
    )
    assert card.sha256 == hashlib.sha256(samples.PDF).digest()


def test_nothing_lies_in_clear(database: TestDatabase) -> None:
    tenant = database.open_centre("C90182")
    file_id = keep(database, database.scope(tenant))
    sealed = place(database, tenant, file_id).read_bytes()
    assert b"%PDF" not in sealed
    assert len(sealed) == len(samples.PDF) + 34
    with psycopg.connect(database.superuser_dsn) as connection:
        row = connection.execute(
            "select stored_file::text from stored_file where id = %s", (file_id,)
        ).fetchone()
    assert row is not None
    assert "张三".encode().hex() not in row[0]
    assert "张三" not in row[0]


def test_modes_are_private_whatever_the_umask(database: TestDatabase) -> None:
    tenant = database.open_centre("C90183")
    before = os.umask(0)
    try:
        file_id = keep(database, database.scope(tenant))
    finally:
        os.umask(before)
    path = place(database, tenant, file_id)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_roll_back_leaves_nothing(database: TestDatabase) -> None:
    tenant = database.open_centre("C90184")
    with pytest.raises(ZeroDivisionError), database.door().tenant_tx(database.scope(tenant)) as session:
        row = service.keep(session, name="a.pdf", media_type="", data=samples.PDF, purpose="case_material")
        assert place(database, tenant, row.id).exists()
        raise ZeroDivisionError
    assert objects_of(database, tenant) == []


def test_keeping_without_an_audit_event_is_refused(database: TestDatabase) -> None:
    tenant = database.open_centre("C90185")
    with pytest.raises(UnauditedChange), database.door().tenant_tx(database.scope(tenant)) as session:
        service.keep(session, name="a.pdf", media_type="", data=samples.PDF, purpose="case_material")
    assert objects_of(database, tenant) == []


def test_a_savepoint_that_goes_back_takes_no_object_of_the_transaction(database: TestDatabase) -> None:
    tenant = database.open_centre("C90186")
    with database.door().tenant_tx(database.scope(tenant)) as session:
        row = service.keep(session, name="a.pdf", media_type="", data=samples.PDF, purpose="case_material")
        with pytest.raises(ZeroDivisionError), session.begin_nested():
            raise ZeroDivisionError
        session.audit("test.kept", "file", row.id, "测试")
        file_id = row.id
    with database.door().tenant_tx(database.scope(tenant), read_only=True) as session:
        assert service.read(session, file_id) == samples.PDF


def test_a_dropped_file_goes_with_the_commit_only(database: TestDatabase) -> None:
    tenant = database.open_centre("C90187")
    file_id = keep(database, database.scope(tenant))
    with pytest.raises(ZeroDivisionError), database.door().tenant_tx(database.scope(tenant)) as session:
        service.drop(session, file_id)
        raise ZeroDivisionError
    assert place(database, tenant, file_id).exists()
    with pytest.raises(UnauditedChange), database.door().tenant_tx(database.scope(tenant)) as session:
        service.drop(session, file_id)
    with database.door().tenant_tx(database.scope(tenant)) as session:
        service.drop(session, file_id)
        session.audit("test.dropped", "file", file_id, "测试")
    assert objects_of(database, tenant) == []
    with pytest.raises(FileNotFound), database.door().tenant_tx(database.scope(tenant)) as session:
        service.read(session, file_id)


def test_no_other_tenant_and_no_other_person_opens_it(database: TestDatabase) -> None:
    tenant, other = database.open_centre("C90188"), database.open_centre("C90189")
    mine = database.scope(tenant, DbRole.CITIZEN, str(uuid7()))
    file_id = keep(database, mine)
    strangers = (
        database.scope(other),
        database.scope(tenant, DbRole.CITIZEN, str(uuid7())),
        database.scope(other, DbRole.CITIZEN, mine.subject),
        database.scope(),
    )
    for scope in strangers:
        for verb in (service.read, service.drop):
            with pytest.raises(FileNotFound), database.door().tenant_tx(scope) as session:
                verb(session, file_id)
    for scope in (mine, database.scope(tenant)):
        with database.door().tenant_tx(scope, read_only=True) as session:
            assert service.read(session, file_id) == samples.PDF


def test_a_visitor_keeps_nothing(database: TestDatabase) -> None:
    tenant = database.open_centre("C90190")
    with pytest.raises(NotSignedIn):
        keep(database, database.scope(tenant, DbRole.CITIZEN, "public"))


def test_an_object_opens_in_its_own_place_only(database: TestDatabase) -> None:
    tenant = database.open_centre("C90191")
    one, two = (keep(database, database.scope(tenant)) for _ in range(2))
    place(database, tenant, two).write_bytes(place(database, tenant, one).read_bytes())
    with pytest.raises(FileDamaged), database.door().tenant_tx(database.scope(tenant)) as session:
        service.read(session, two)


@pytest.mark.parametrize("at", [0, 5, 20, -1])
def test_a_changed_byte_is_found(database: TestDatabase, at: int) -> None:
    tenant = database.open_centre("C90192")
    file_id = keep(database, database.scope(tenant))
    path = place(database, tenant, file_id)
    changed = bytearray(path.read_bytes())
    changed[at] ^= 1
    path.write_bytes(changed)
    with pytest.raises(FileDamaged), database.door().tenant_tx(database.scope(tenant)) as session:
        service.read(session, file_id)


def test_a_row_with_another_fingerprint_is_found(database: TestDatabase) -> None:
    tenant = database.open_centre("C90193")
    file_id = keep(database, database.scope(tenant))
    with psycopg.connect(database.superuser_dsn) as connection:
        connection.execute("update stored_file set sha256 = sha256('x') where id = %s", (file_id,))
    with pytest.raises(FileDamaged), database.door().tenant_tx(database.scope(tenant)) as session:
        service.read(session, file_id)


@pytest.mark.parametrize(
    ("data", "name", "error"),
    [
        (b"", "a.pdf", FileEmpty),
        (samples.PROGRAM, "a.pdf", KindRefused),
        (samples.PAGE, "a.png", KindRefused),
        (samples.XLSX, "a.xlsx", KindRefused),
        (samples.PNG, "a.pdf", KindContradicts),
        (samples.PDF + bytes(CASE_MATERIAL.most_bytes), "a.pdf", FileTooLarge),
    ],
)
def test_what_is_refused(database: TestDatabase, data: bytes, name: str, error: type[Exception]) -> None:
    tenant = database.open_centre("C90194")
    with pytest.raises(error):
        keep(database, database.scope(tenant), data, name)
    assert objects_of(database, tenant) == []


def test_the_tenants_space_has_an_end(database: TestDatabase) -> None:
    tenant = database.open_centre("C90195")
    scope = database.scope(tenant)
    first = keep(database, scope)
    with psycopg.connect(database.superuser_dsn) as connection:
        connection.execute(
            "update k.file_usage set cap_bytes = bytes + %s where tenant_id = %s",
            (len(samples.PDF) - 1, tenant),
        )
    with pytest.raises(QuotaReached):
        keep(database, scope)
    with database.door().tenant_tx(scope) as session:
        service.drop(session, first)
        session.audit("test.dropped", "file", first, "测试")
    keep(database, scope)
    with database.door().tenant_tx(scope, read_only=True) as session:
        used = queries.usage(session)
    assert (used.files, used.bytes) == (1, len(samples.PDF))
    assert len(objects_of(database, tenant)) == 1


def test_one_persons_day_has_an_end(database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = database.open_centre("C90196")
    monkeypatch.setattr(purposes, "DAY_FILES", 2)
    mine = database.scope(tenant, DbRole.CITIZEN, str(uuid7()))
    for _ in range(2):
        keep(database, mine)
    with pytest.raises(DayReached):
        keep(database, mine)
    keep(database, database.scope(tenant, DbRole.CITIZEN, str(uuid7())))


def test_a_citizen_can_not_add_a_row_for_somebody_else_nor_one_that_counts_nothing(
    database: TestDatabase,
) -> None:
    from kernel.storage.models import StoredFile

    tenant, me = database.open_centre("C90197"), uuid7()
    row = {"purpose": "x", "kind": "pdf", "name": b"x", "size": 1, "sha256": bytes(32)}
    for wrong in ({"account_id": uuid7(), "counted": False}, {"account_id": me, "counted": True}):
        with (
            pytest.raises(Exception, match="row-level security"),
            database.door().tenant_tx(database.scope(tenant, DbRole.CITIZEN, str(me))) as session,
        ):
            session.add(StoredFile(id=uuid7(), **row, **wrong))
            session.flush()


def test_a_link_in_the_place_of_an_object_is_not_followed(database: TestDatabase, tmp_path: Path) -> None:
    tenant = database.open_centre("C90198")
    file_id = keep(database, database.scope(tenant))
    path = place(database, tenant, file_id)
    elsewhere = tmp_path / "object"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    with pytest.raises(FileDamaged), database.door().tenant_tx(database.scope(tenant)) as session:
        service.read(session, file_id)
