"""One canary row in every tenant table, made by the superuser from the catalogue alone, so that a new table is attacked without being listed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

import psycopg
from psycopg import sql

from tests.database import TestDatabase

TABLES = """
select c.relname, exists (select 1 from pg_policy p where p.polrelid = c.oid and pg_get_expr(p.polqual, c.oid) like '%cur_line%')
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace order by 1
"""
COLUMNS = """
select a.attname, format_type(a.atttypid, null), a.attnotnull from pg_attribute a
where a.attrelid = %s::regclass and a.attnum > 0 and not a.attisdropped and a.attname not in ('tenant_id', 'id') order by a.attnum
"""
CHECKS = "select pg_get_constraintdef(oid) from pg_constraint where conrelid = %s::regclass and contype = 'c'"
VALUES = {
    "text": "'canary'", "character varying": "'canary'", "uuid": "uuidv7()", "boolean": "false", "integer": "1", "bigint": "1",
    "smallint": "1", "numeric": "1", "bytea": "'\\x636e617279'::bytea", "jsonb": "'{\"canary\": true}'::jsonb", "date": "current_date",
    "timestamp with time zone": "now() + interval '1 day'", "time without time zone": "'08:00'", "uuid[]": "array[uuidv7()]",
    "text[]": "array['canary']", "character varying[]": "array['canary']", "double precision": "1", "interval": "'1 day'",
}  # fmt: skip
# Where checks tie columns together: the whole row, by column.
SPECIAL = {
    "change_request": {"payload": "'{}'::bytea", "content_hash": "sha256('{}'::bytea)", "state": "'pending'", "checker_person_id": "null", "executed_at": "null"},
    "onboarding_manifest": {"body_hash": "sha256('\\x636e617279'::bytea)", "public_key": "sha256('x')", "signature": "sha256('x') || sha256('y')"},
    "service_item_revision": {"effective_from": "date_trunc('second', now())"},
    "stored_file": {"sha256": "sha256('x')"},
    "acceptance_dossier": {"sha256": "sha256('x')"},
    "acceptance_package": {"body_hash": "sha256('\\x636e617279'::bytea)"},
    "acceptance_package_file": {"sha256": "sha256('x')"},
    "panel_seat": {"tie": "'interest'", "state": "'barred'", "total": "null", "application_id": "null"},
    "review_step": {"number": "1", "from_number": "null", "from_state": "null", "to_state": "'desk'"},
    "standard_check": {"threshold": "null", "threshold_op": "null"},
    "construction_plan": {"started_on": "current_date", "planned_end_on": "current_date + 30"},
    "construction_step": {"task_number": "floor(random() * 20)::integer + 1", "position": "floor(random() * 1000000)::integer"},
    "construction_evidence": {"state": "'reported'", "decided_by_person_id": "null", "decided_at": "null"},
    "core_link": {"adapter": "'demo'", "timeout_ms": "2000"},
    "sms_statement": {"month": "'2026-08'", "body_hash": "sha256('\\x636e617279'::bytea)"},
    "sms_statement_received": {"body_hash": "sha256('\\x636e617279'::bytea)"},
    "sms_tariff": {"origin": "'default'", "change_id": "null", "tiers": "'[{\"start\": 0, \"price_milli_fen\": 3500}]'::jsonb"},
    "assessment": {"last_filled_by_person_id": "null"},
    "acceptance_finding": {"must": "true"},
    "role_grant": {"origin": "'manifest'", "change_id": "null", "revoked_at": "null"},
    "sms_extension": {"extension": "floor(random() * 100000000)::integer::text"},
}  # fmt: skip


@dataclass(frozen=True)
class TenantTable:
    """A table with tenant rows; `inherited` ones may be read down the line."""

    name: str
    inherited: bool


def tenant_tables(database: TestDatabase) -> list[TenantTable]:
    """Every table that has a tenant, from the catalogue."""
    with psycopg.connect(database.superuser_dsn) as connection:
        return [TenantTable(*row) for row in connection.execute(TABLES)]


def plant(database: TestDatabase, tenants: list[UUID], word: str = "canary") -> dict[tuple[str, UUID], UUID]:
    """A row of each tenant in each table, `word` in every text; returns their ids. Fails when some table can't be filled: then give it a SPECIAL."""
    planted: dict[tuple[str, UUID], UUID] = {}
    with psycopg.connect(database.superuser_dsn) as connection:
        connection.execute(
            "set session_replication_role = replica"
        )  # no foreign keys: each table stands alone
        for table in tenant_tables(database):
            for tenant in tenants:
                row = connection.execute(_insert(connection, table.name, word), (tenant,)).fetchone()
                assert row is not None
                planted[table.name, tenant] = row[0]
    return planted


def _insert(connection: psycopg.Connection, table: str, word: str) -> sql.Composed:
    allowed = _allowed_words(connection, table)
    special = SPECIAL.get(table, {})
    names, values = [], []
    for name, kind, required in connection.execute(COLUMNS, (table,)):
        if name in special:
            value = special[name]
        elif name in allowed:
            value = f"'{allowed[name]}'"
        elif required:
            value = VALUES[kind].replace("'canary'", f"'{word}'").replace('"canary"', f'"{word}"')
        else:
            continue
        names.append(sql.Identifier(name))
        values.append(sql.SQL(value))
    statement = "insert into {t} (tenant_id, id{more}) values (%s, uuidv7(){values}) returning id"
    comma = sql.SQL(", ")
    return sql.SQL(statement).format(
        t=sql.Identifier(table),
        more=sql.SQL("").join(comma + n for n in names),
        values=sql.SQL("").join(comma + v for v in values),
    )


def _allowed_words(connection: psycopg.Connection, table: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for (definition,) in connection.execute(CHECKS, (table,)):
        match = re.search(r"\(?\(?(\w+)\)?(?:::text)?\)? = ANY \(+ARRAY\['([^']+)'", definition)
        if match:
            found[match[1]] = match[2]
    return found
