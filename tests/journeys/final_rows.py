"""What a story left behind, table by table, without what differs by chance: ids, times, hashes, and the queue's own bookkeeping."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import psycopg
from psycopg import sql

# Work that follows facts, and keys of the moment: their effects are compared instead.
PASSING = {
    "outbox_event", "job_key", "inbox_receipt", "session", "audit_head", "alembic_version",
}  # fmt: skip
# A code that a killed carrier forgot is asked for again: how often is chance. `ledger.py` holds what must be true of these.
ASKED_AGAIN = re.compile(
    r"sms_(message|key|segment|usage|allowance|number_count|running_month|queue)|account_(challenge|session|limit)|channel_nonce"
)
# Checkpoints are cut by the clock: how many there are is no fact of the story.
BY_THE_CLOCK = re.compile(r"checkpoint|witness|issuer_|chain")
# In which order two tenants' or two workers' acts fell is chance as well.
ORDER = {"seq", "position_at", "attempts", "number"}
_CHANCE = re.compile(
    r"\d{12,}|YS\d{8}[0-9A-F]{10}|"
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{16,}|\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:[\d.]+)?(Z|[+-]\d\d:?\d\d)?"
)
_LOG_INS = re.compile(r"\b(accounts|identity)\.")
_COLUMNS = (
    "select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
    " where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition"
    " and format_type(a.atttypid, null) not in ('uuid', 'uuid[]', 'bytea', 'timestamp with time zone') order by 1, a.attnum"
)


def final_rows(superuser_dsn: str) -> dict[str, Counter[tuple[str, ...]]]:
    """For each table its rows as a multiset of plain texts."""
    with psycopg.connect(superuser_dsn) as connection:
        columns: dict[str, list[str]] = {}
        for table, column in connection.execute(_COLUMNS):
            passing = table in PASSING or BY_THE_CLOCK.search(table) or ASKED_AGAIN.fullmatch(table)
            if not passing and column not in ORDER:
                columns.setdefault(table, []).append(column)
        return {table: _rows(connection, table, names) for table, names in columns.items()}


def _rows(connection: psycopg.Connection[Any], table: str, names: list[str]) -> Counter[tuple[str, ...]]:
    statement = sql.SQL("select {} from {}").format(
        sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in names),
        sql.Identifier(table),
    )
    rows = (tuple(_CHANCE.sub("…", value or "") for value in row) for row in connection.execute(statement))
    return Counter(row for row in rows if not (table == "audit_event" and _LOG_INS.search(" ".join(row))))
