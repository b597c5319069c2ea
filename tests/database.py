"""One real PostgreSQL for a test run; each xdist worker works in a clone of one migrated template (decision D26)."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from uuid import UUID

import psycopg
import pytest

from app.embedded.postgres import EmbeddedPostgres
from app.installation.database import open_province, prepare_database
from kernel.crypto.keyring import Keyring
from kernel.db import Database
from kernel.db.ids import uuid7
from kernel.db.roles import DbRole, Login
from kernel.db.signing import ContextSigner
from kernel.storage.objects import ObjectFolder
from kernel.tenancy.scope import Scope, enter
from kernel.vault import Vault

PASSWORDS = {login: f"test-{login}" for login in Login}
KEY = b"k" * 32
KEYRING = Keyring({1: b"v" * 32})
TEMPLATE = "gjj_template"


@dataclass
class Server:
    """Where the run's PostgreSQL listens."""

    host: str
    port: int
    superuser_dsn: str

    def dsn(self, login: Login, database: str) -> str:
        return f"postgresql://{login}:{PASSWORDS[login]}@{self.host}:{self.port}/{database}"


@dataclass
class TestDatabase:
    """One worker's database and the ways into it."""

    __test__ = False

    server: Server
    name: str
    province_id: UUID
    files: Path = field(default_factory=lambda: Path(mkdtemp(prefix="gjj-files-")))
    _doors: dict[Login, Database] = field(default_factory=dict)
    _spare: int = 0

    def door(self, login: Login = Login.WEB) -> Database:
        if login not in self._doors:
            signer = ContextSigner("test", KEY, 40)
            door = Database(self.dsn(login), signer, pool_size=8, pool_timeout_s=10)
            door.vault = Vault(KEYRING)
            door.files = ObjectFolder(self.files)
            self._doors[login] = door
        return self._doors[login]

    def close(self) -> None:
        for door in self._doors.values():
            door.dispose()
        shutil.rmtree(self.files)

    def dsn(self, login: Login = Login.WEB) -> str:
        return self.server.dsn(login, self.name)

    @property
    def superuser_dsn(self) -> str:
        return psycopg.conninfo.make_conninfo(self.server.superuser_dsn, dbname=self.name)

    def scope(
        self, tenant_id: UUID | None = None, role: DbRole = DbRole.APP, subject: str = "system:test"
    ) -> Scope:
        return enter(tenant_id or self.province_id, role, subject)

    def open_centre(
        self, code: str, name: str = "示例市住房公积金管理中心", parent: UUID | None = None
    ) -> UUID:
        """A tenant below the province (or below `parent`), active at once. A code that another test took is replaced by a free one."""
        from kernel.tenancy import tenants

        new = uuid7()
        if tenants.by_code(self.door(), code) is not None:
            self._spare += 1
            code = f"C8{self._spare:04d}"
        with self.door().tenant_tx(self.scope()) as session:
            kind = "centre" if parent is None else "sub_centre"
            tenants.open_tenant(
                session, tenants.NewTenant(new, code, parent or self.province_id, kind, name, name[:3])
            )
            tenants.set_status(session, new, "active")
            session.audit("test.tenant_opened", "tenant", new, "测试开通")
        return new


@contextmanager
def cluster(factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The run's server: the first worker starts it, the last one to leave stops it."""
    root = factory.getbasetemp().parent if os.environ.get("PYTEST_XDIST_WORKER") else factory.getbasetemp()
    note, users = root / "cluster.json", root / "cluster.users"
    with _locked(root):
        owned = None
        if not note.exists():
            owned = EmbeddedPostgres(root / "pg", fast=True, settings={"max_connections": "200"})
            owned.start()
            server = Server("127.0.0.1", owned.port, owned.superuser_dsn())
            province = prepare_template(server)
            note.write_text(json.dumps([server.host, server.port, server.superuser_dsn, str(province)]))
        users.write_text(str(int(users.read_text() or 0) + 1 if users.exists() else 1))
        host, port, dsn, _ = json.loads(note.read_text())
    try:
        yield Server(host, port, dsn)
    finally:
        _leave(root, users, owned)


def _leave(root: Path, users: Path, owned: EmbeddedPostgres | None) -> None:
    import time

    with _locked(root):
        users.write_text(str(int(users.read_text()) - 1))
    while owned is not None and int(users.read_text()) > 0:
        time.sleep(0.1)  # the server is a child of the worker that started it
    if owned is not None:
        owned.stop()


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    with (root / "cluster.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def prepare_template(server: Server) -> UUID:
    """The template: roles, schema, reference rows, one fictional province."""
    prepare_database(
        server.superuser_dsn, TEMPLATE, PASSWORDS, server.dsn(Login.MIGRATE, TEMPLATE), ("test", KEY)
    )
    return open_province(
        server.dsn(Login.MIGRATE, TEMPLATE), "C00000", "示例省住房和城乡建设厅", "示例省", fictional=True
    )


def worker_database(server: Server, worker_id: str) -> TestDatabase:
    """A clone of the template for one worker."""
    name = f"gjj_{worker_id}"
    with psycopg.connect(server.superuser_dsn, autocommit=True) as connection:
        connection.execute(f'drop database if exists "{name}" with (force)')  # type: ignore[call-overload]
        connection.execute(f'create database "{name}" template {TEMPLATE} strategy wal_log owner gjj_owner')  # type: ignore[call-overload]
        for login in Login:
            connection.execute(f'grant connect on database "{name}" to {login}')  # type: ignore[call-overload]
        connection.execute(f'revoke all on database "{name}" from public')  # type: ignore[call-overload]
    with psycopg.connect(server.superuser_dsn, dbname=name) as inside:
        row = inside.execute("select id from k.tenant where kind = 'province'").fetchone()
    assert row is not None
    return TestDatabase(server, name, row[0])
