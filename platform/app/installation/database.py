"""Puts a database in place: roles, schema, context key, reference rows, the province. Idempotent; used by `gjj up`, demo and tests."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import psycopg

from kernel.calendar import days
from kernel.db.bootstrap import bootstrap
from kernel.db.ids import uuid7
from kernel.db.migrating import migrate, put_context_key, put_reference_rows
from kernel.db.roles import Login
from kernel.permissions import data as permission_data

ServerAway = psycopg.OperationalError
"""The server is away or refuses the log-in: what an administrator's command meets outside the door."""


def prepare_database(
    superuser_dsn: str,
    database: str,
    passwords: Mapping[Login, str],
    migrate_dsn: str,
    context_key: tuple[str, bytes],
) -> None:
    """Everything up to an empty platform. `superuser_dsn` may be left out by an administrator who ran the printed statements."""
    bootstrap(superuser_dsn, database, passwords)
    bring_up_to_date(migrate_dsn, context_key)


def bring_up_to_date(migrate_dsn: str, context_key: tuple[str, bytes]) -> None:
    """Schema and reference rows of this release."""
    migrate(migrate_dsn)
    _let_undo_reach_every_table(migrate_dsn)
    put_context_key(migrate_dsn, *context_key)
    put_reference_rows(migrate_dsn, "role", permission_data.roles())
    put_reference_rows(migrate_dsn, "role_permission", permission_data.role_permissions())
    put_reference_rows(migrate_dsn, "calendar_day", days.rows())


def _let_undo_reach_every_table(migrate_dsn: str) -> None:
    """Tables that came after the migration of onboarding get its erasing policy too: an undo that misses one refuses to run."""
    with psycopg.connect(migrate_dsn) as connection:
        connection.execute("set role gjj_owner")
        known = connection.execute("select to_regprocedure('k.secure_erasure()')").fetchone()
        if known is not None and known[0] is not None:
            connection.execute("select k.secure_erasure()")


def open_province(
    migrate_dsn: str, code: str, name_zh: str, short_name_zh: str, *, fictional: bool = False
) -> UUID:
    """The first tenant, above all others. Made once by the installation; every other tenant is opened by the province."""
    with psycopg.connect(migrate_dsn) as connection:
        connection.execute("set role gjj_owner")
        found = connection.execute("select id from k.tenant where kind = 'province'").fetchone()
        if found is not None:
            return UUID(str(found[0]))
        new = uuid7()
        connection.execute(
            "insert into k.tenant (id, code, kind, status, name_zh, short_name_zh, fictional, line)"
            " values (%s, %s, 'province', 'active', %s, %s, %s, array[%s::uuid])",
            (new, code, name_zh, short_name_zh, fictional, new),
        )
        return new
