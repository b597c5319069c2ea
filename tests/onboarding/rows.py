"""How many rows a city's tenants have in each table of the catalogue that holds tenants' rows."""

from __future__ import annotations

import psycopg
from psycopg import sql

from tests.database import TestDatabase

TENANT_TABLES = """
    select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
     where c.relkind in ('r', 'p') and not c.relispartition and n.nspname in ('public', 'k') order by 1, 2"""


def tenants_of_city(connection: psycopg.Connection, code: str) -> list[object]:
    """Ids of a centre, its sub-centres and their twins."""
    rows = connection.execute(
        """with recursive own as (select id from k.tenant where code = %s
             union all select t.id from k.tenant t join own on t.parent_id = own.id)
           select id from own union select t.id from k.tenant t join own on t.twin_of = own.id""",
        (code,),
    )
    return [row[0] for row in rows]


def rows_of(database: TestDatabase, ids: list[object]) -> dict[str, int]:
    """Rows by table of these tenants, tables without any left out."""
    found = {}
    with psycopg.connect(database.superuser_dsn) as connection:
        for schema, table in connection.execute(TENANT_TABLES).fetchall():
            query = sql.SQL("select count(*) from {} where tenant_id = any (%s)").format(
                sql.Identifier(schema, table)
            )
            number = connection.execute(query, (ids,)).fetchone()
            if number and number[0]:
                found[table] = number[0]
    return found


def rows_of_city(database: TestDatabase, code: str) -> dict[str, int]:
    """Rows by table of a city as it is now."""
    with psycopg.connect(database.superuser_dsn) as connection:
        ids = tenants_of_city(connection, code)
    return rows_of(database, ids)
