"""A scratch PostgreSQL with this schema and a few tenants, for the length of a run. fsync is on: commits cost what they cost."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from psycopg.conninfo import make_conninfo

from app.embedded.postgres import EmbeddedPostgres
from app.installation.database import open_province, prepare_database
from kernel.crypto.keyring import Keyring
from kernel.db import Database
from kernel.db.ids import uuid7
from kernel.db.roles import DbRole, Login
from kernel.db.signing import ContextSigner
from kernel.tenancy import tenants
from kernel.tenancy.scope import Scope, enter
from kernel.vault import Vault

NAME = "gjj_bench"


@dataclass
class Bench:
    """The database and its tenants."""

    superuser_dsn: str
    door: Database
    province_id: UUID
    centres: list[UUID]

    def scope(self, tenant_id: UUID) -> Scope:
        """A clerk's scope."""
        return enter(tenant_id, DbRole.APP, "system:bench")


@contextmanager
def bench_database(centres: int = 20) -> Iterator[Bench]:
    """Start, migrate, open so many centres; stop and remove at the end."""
    passwords = {login: f"bench-{login}" for login in Login}
    with tempfile.TemporaryDirectory(prefix="gjj-bench-") as folder:
        server = EmbeddedPostgres(Path(folder) / "pg")
        server.start()
        door: Database | None = None
        try:
            url = f"postgresql://{{}}:{{}}@127.0.0.1:{server.port}/{NAME}"
            migrate = url.format(Login.MIGRATE, passwords[Login.MIGRATE])
            prepare_database(server.superuser_dsn(), NAME, passwords, migrate, ("bench", b"b" * 32))
            province = open_province(migrate, "C00000", "示例省住房和城乡建设厅", "示例省", fictional=True)
            door = Database(
                url.format(Login.WEB, passwords[Login.WEB]), ContextSigner("bench", b"b" * 32, 40)
            )
            door.vault = Vault(Keyring({1: b"v" * 32}))
            found = Bench(make_conninfo(server.superuser_dsn(), dbname=NAME), door, province, [])
            found.centres = [_open(found, number) for number in range(centres)]
            yield found
        finally:
            if door is not None:
                door.dispose()
            server.remove()


def _open(bench: Bench, number: int) -> UUID:
    new = uuid7()
    with bench.door.tenant_tx(bench.scope(bench.province_id)) as session:
        code = f"C98{number:03d}"
        tenants.open_tenant(session, tenants.NewTenant(new, code, bench.province_id, "centre", code, code))
        tenants.set_status(session, new, "active")
        session.audit("bench.opened", "tenant", new, "开通")
    return new
