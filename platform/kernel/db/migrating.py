"""Brings a database to the newest schema and puts the context key and the reference rows in place."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from alembic import command
from alembic.config import Config


def alembic_config(url: str) -> Config:
    """Alembic without an ini file; `url` logs in as gjj_migrate (`postgresql://…`)."""
    import migrations  # the package is beside the rooms; its folder is the script location

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def migrate(url: str, revision: str = "heads") -> None:
    """Upgrade to `revision`. Each migration is one transaction under a lock time-out of two seconds."""
    command.upgrade(alembic_config(url), revision)


def put_context_key(dsn: str, key_id: str, key: bytes) -> None:
    """Make the context key known to the database. The key itself stays in the installation's configuration."""
    with psycopg.connect(dsn) as connection:
        connection.execute("set role gjj_owner")
        connection.execute(
            "insert into k.ctx_key (id, key) values (%s, %s) on conflict (id) do update set key = excluded.key",
            (key_id, key),
        )


def put_reference_rows(dsn: str, table: str, rows: list[dict[str, Any]]) -> None:
    """Make a reference table hold exactly `rows`, matched by `code`: the data files of the release are the truth."""
    if not rows:
        raise ValueError(f"no rows for {table}")
    columns = list(rows[0])
    from psycopg import sql

    insert = sql.SQL("insert into {t} ({c}) values ({v}) on conflict (code) do update set {s}").format(
        t=sql.Identifier(table),
        c=sql.SQL(", ").join(map(sql.Identifier, columns)),
        v=sql.SQL(", ").join(sql.Placeholder(c) for c in columns),
        s=sql.SQL(", ").join(sql.SQL("{0} = excluded.{0}").format(sql.Identifier(c)) for c in columns),
    )
    with psycopg.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("set role gjj_owner")
        cursor.executemany(insert, rows)
        stale = sql.SQL("delete from {} where code <> all(%s)").format(sql.Identifier(table))
        cursor.execute(stale, ([row["code"] for row in rows],))
