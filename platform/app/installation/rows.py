"""Counts and compares rows over every table, past row security: for the demo's superuser and for tests, never for a process."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import psycopg
from psycopg import sql

_TABLES = (
    "select c.oid::regclass::text from pg_class c join pg_attribute a on a.attrelid = c.oid"
    " where a.attname = 'tenant_id' and c.relkind in ('r', 'p') and not c.relispartition"
    " and c.relnamespace in ('public'::regnamespace, 'k'::regnamespace) order by 1"
)


def rows_of_tenants(superuser_dsn: str, tenant_ids: Sequence[UUID]) -> dict[str, int]:
    """How many rows each table holds of these tenants; tables without any are left out."""
    with psycopg.connect(superuser_dsn) as connection:
        names = [str(row[0]) for row in connection.execute(_TABLES)]
        found = {}
        for name in names:
            statement = sql.SQL("select count(*) from {} where tenant_id = any (%s)").format(
                sql.Identifier(*name.split("."))
            )
            row = connection.execute(statement, (list(tenant_ids),)).fetchone()
            if row is not None and row[0]:
                found[name] = int(row[0])
        left = connection.execute(
            "select count(*) from k.tenant where id = any (%s)", (list(tenant_ids),)
        ).fetchone()
        if left is not None and left[0]:
            found["k.tenant"] = int(left[0])
    return found
