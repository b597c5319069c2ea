"""A process refuses a database that would not keep tenants apart: each fault is planted once."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from kernel.db import Database
from kernel.db.boot_check import UnfitDatabase, problems, require_fit
from kernel.db.roles import Login
from tests.database import TestDatabase

FAULTS = {
    "superuser": ("alter role gjj_web superuser", "alter role gjj_web nosuperuser", "超级用户"),
    "bypass": ("alter role gjj_web bypassrls", "alter role gjj_web nobypassrls", "绕过行级隔离"),
    "createrole": ("alter role gjj_web createrole", "alter role gjj_web nocreaterole", "建立账户"),
    "createdb": ("alter role gjj_web createdb", "alter role gjj_web nocreatedb", "建立数据库"),
    "owns": (
        "create table public.planted (id int); alter table public.planted owner to gjj_web",
        "drop table public.planted",
        "拥有数据库中的对象",
    ),
    "inherits": (
        "grant gjj_province_reader to gjj_web with inherit true",
        "grant gjj_province_reader to gjj_web with inherit false",
        "继承了角色 gjj_province_reader",
    ),
    "admin": (
        "grant gjj_app to gjj_web with admin true",
        "grant gjj_app to gjj_web with admin false",
        "可以把角色 gjj_app 再授予他人",
    ),
    "not forced": (
        "alter table public.membership no force row level security",
        "alter table public.membership force row level security",
        "数据表 membership 没有强制启用行级隔离",
    ),
    "not enabled": (
        "alter table k.tenant disable row level security",
        "alter table k.tenant enable row level security",
        "数据表 k.tenant 没有强制启用行级隔离",
    ),
    "no policy": (
        "create table public.planted (id int); alter table public.planted enable row level security;"
        " alter table public.planted force row level security",
        "drop table public.planted",
        "数据表 planted 缺少行级隔离规则",
    ),
    "partition granted": (
        "grant select on public.outbox_event_p202612 to gjj_web",
        "revoke select on public.outbox_event_p202612 from gjj_web",
        "数据分区 outbox_event_p202612 被直接授权",
    ),
    "materialised view": (
        "create materialized view public.planted as select * from public.membership",
        "drop materialized view public.planted",
        "视图 planted 不受行级隔离约束",
    ),
    "view": (
        "create view public.planted as select * from public.membership",
        "drop view public.planted",
        "视图 planted 不受行级隔离约束",
    ),
    "revision open": (
        "grant select on public.alembic_version to gjj_app",
        "revoke select on public.alembic_version from gjj_app",
        "数据表 alembic_version 没有强制启用行级隔离",
    ),
}


@pytest.fixture
def superuser(database: TestDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.superuser_dsn, autocommit=True) as connection:
        yield connection


def test_every_login_of_a_sound_database_is_fit(database: TestDatabase) -> None:
    for login in (Login.WEB, Login.WORKER, Login.RELAY, Login.GATEWAY, Login.SEALER):
        require_fit(database.door(login), login)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_refuses_the_start(
    database: TestDatabase, superuser: psycopg.Connection, fault: str
) -> None:
    plant, mend, sentence = FAULTS[fault]
    superuser.execute(plant)
    try:
        with pytest.raises(UnfitDatabase) as refusal:
            require_fit(database.door(Login.WEB), Login.WEB)
    finally:
        superuser.execute(mend)
    assert any(sentence in problem for problem in refusal.value.problems)
    require_fit(database.door(Login.WEB), Login.WEB)


def test_another_login_than_the_processs_own_is_refused(database: TestDatabase) -> None:
    with pytest.raises(UnfitDatabase, match="应使用 gjj_relay"):
        require_fit(database.door(Login.WEB), Login.RELAY)


def test_an_old_server_is_refused(database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kernel.db.boot_check.OLDEST", 99)
    with database.door(Login.WEB).process_tx() as connection:
        assert problems(connection) == ["数据库是 PostgreSQL 18，平台需要 99 或更新的版本，请升级后再启动。"]


def test_a_superusers_door_is_refused(database: TestDatabase) -> None:
    door = Database(_url(database), database.door().signer)
    try:
        with pytest.raises(UnfitDatabase, match="超级用户"):
            require_fit(door, Login.WEB)
    finally:
        door.dispose()


def _url(database: TestDatabase) -> str:
    return f"{database.server.superuser_dsn.rpartition('/')[0]}/{database.name}"
