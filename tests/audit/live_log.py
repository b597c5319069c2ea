"""A live log for tests: events through the door, checkpoints by the sealer, and hands that tamper as a superuser."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import psycopg

from kernel.audit.chain import ZERO_HASH, Entry, Head, entry_hash
from kernel.audit.sealer import Sealer
from kernel.crypto.signing import SigningKey
from kernel.db.roles import Login
from tests.database import TestDatabase


def write(database: TestDatabase, tenant: UUID, count: int = 1, word: str = "受理") -> None:
    """That many events, one transaction each."""
    for n in range(count):
        with database.door().tenant_tx(database.scope(tenant)) as session:
            session.audit("test.changes", "thing", n, f"{word} {n}", number=n)


def sealer(database: TestDatabase, key: SigningKey, folder: Path | None = None) -> Sealer:
    """The sealer as its process makes it."""
    return Sealer(database.door(Login.SEALER), key, folder)


def tamper(database: TestDatabase, statement: str, *values: object) -> int:
    """What a superuser does behind the platform's back; gives the rows it touched."""
    with psycopg.connect(database.superuser_dsn) as connection:
        return connection.execute(statement.encode(), values).rowcount


def rows(database: TestDatabase, tenant: UUID) -> list[Entry]:
    """The stored entries."""
    with psycopg.connect(database.superuser_dsn) as connection:
        found = connection.execute(
            "select seq, prev_hash, body, entry_hash from audit_event where tenant_id = %s order by seq",
            (tenant,),
        ).fetchall()
    return [Entry(*row) for row in found]


def head(database: TestDatabase, tenant: UUID) -> Head:
    """The stored head."""
    with psycopg.connect(database.superuser_dsn) as connection:
        row = connection.execute(
            "select seq, head_hash from audit_head where tenant_id = %s", (tenant,)
        ).fetchone()
    assert row is not None
    return Head(tenant, *row)


def checkpoints(database: TestDatabase) -> list[tuple[int, bytes]]:
    """Number and bytes of every stored checkpoint."""
    with psycopg.connect(database.superuser_dsn) as connection:
        return connection.execute("select number, body from k.checkpoint order by number").fetchall()


def rewrite(database: TestDatabase, tenant: UUID) -> None:
    """A superuser writes the first event anew and computes every later hash."""
    before = ZERO_HASH
    for entry in rows(database, tenant):
        body = entry.body.replace("受理 0".encode(), "受理 9".encode())
        after = entry_hash(tenant, entry.seq, before, body)
        tamper(
            database,
            "update audit_event set prev_hash = %s, entry_hash = %s, body = %s where tenant_id = %s and seq = %s",
            before, after, body, tenant, entry.seq,
        )  # fmt: skip
        before = after
    tamper(database, "update audit_head set head_hash = %s where tenant_id = %s", before, tenant)
