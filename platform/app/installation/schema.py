"""Where a database's schema stands, as the migration log-in sees it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from alembic.script import ScriptDirectory

from kernel.db.migrating import alembic_config


@dataclass(frozen=True)
class SchemaState:
    """`current`: the schema is this release's. `months_ahead`: how far the monthly partitions reach."""

    current: bool
    months_ahead: int


def state(dsn: str) -> SchemaState:
    """Look. Raises ConnectionError when the log-in is refused."""
    heads = set(ScriptDirectory.from_config(alembic_config(dsn)).get_heads())
    try:
        with psycopg.connect(dsn) as connection:
            connection.execute("set role gjj_owner")
            there = connection.execute("select to_regclass('public.alembic_version')").fetchone()
            if there is None or there[0] is None:
                return SchemaState(False, 0)
            versions = {row[0] for row in connection.execute("select version_num from alembic_version")}
            last = connection.execute(
                "select max(c.relname) from pg_class c join pg_inherits i on i.inhrelid = c.oid"
                " where i.inhparent = 'public.outbox_event'::regclass"
            ).fetchone()
    except psycopg.OperationalError:
        raise ConnectionError("gjj_migrate can't log in") from None
    return SchemaState(versions == heads, _months_ahead(last[0] if last else None))


def _months_ahead(partition: str | None) -> int:
    if not partition:
        return 0
    year, month = int(partition[-6:-2]), int(partition[-2:])
    now = datetime.now(UTC)
    return (year - now.year) * 12 + month - now.month
