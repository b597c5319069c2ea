"""What a superuser does once for an installation: roles, their limits and memberships, the database and its schemas.

`gjj db bootstrap --print` shows the same statements to the administrator of an outside PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import psycopg
from psycopg import sql

from kernel.db.roles import MAY_BECOME, OWNERS, STATEMENT_TIMEOUT_S, DbRole, Login

_HOLDERS = (*OWNERS, *DbRole)


def role_statements(passwords: Mapping[Login, str]) -> Iterator[sql.Composed]:
    """Statements that make or mend every role; safe to run again. Passwords are SCRAM-hashed by the server."""
    for name in _HOLDERS:
        yield _make_role(name, "nologin")
    for login in Login:
        more = "login replication" if login is Login.BACKUP else "login noreplication"
        yield _make_role(login, more)
        yield sql.SQL("alter role {} password {}").format(
            sql.Identifier(login), sql.Literal(passwords[login])
        )
        yield from _limits(login)
        for role in MAY_BECOME[login]:
            yield _member(role, login)
    # gjj_owner hands functions over to their owners; it never connects.
    yield _member("gjj_kernel", "gjj_owner")
    yield _member("gjj_audit_writer", "gjj_owner")


def database_statements(name: str) -> Iterator[sql.Composed]:
    """Statements that run inside the new database `name`."""
    yield sql.SQL("revoke all on database {} from public").format(sql.Identifier(name))
    for login in Login:
        yield sql.SQL("grant connect on database {} to {}").format(
            sql.Identifier(name), sql.Identifier(login)
        )
    yield _plain("alter schema public owner to gjj_owner")
    yield _plain("revoke all on schema public from public")
    yield _plain("create schema if not exists k authorization gjj_owner")
    yield _plain("create extension if not exists btree_gist schema public")
    for role in (*DbRole, *Login, *OWNERS):
        yield sql.SQL("grant usage on schema public, k to {}").format(sql.Identifier(role))
    for owner in OWNERS:
        yield sql.SQL("grant create on schema k to {}").format(sql.Identifier(owner))


def bootstrap(superuser_dsn: str, database: str, passwords: Mapping[Login, str]) -> None:
    """Make roles and database where they are missing. Idempotent. `superuser_dsn` names a maintenance database."""
    with psycopg.connect(superuser_dsn, autocommit=True) as server:
        for statement in role_statements(passwords):
            server.execute(statement)
        if server.execute("select 1 from pg_database where datname = %s", (database,)).fetchone() is None:
            server.execute(sql.SQL("create database {} owner gjj_owner").format(sql.Identifier(database)))
    with psycopg.connect(superuser_dsn, dbname=database, autocommit=True) as inside:
        for statement in database_statements(database):
            inside.execute(statement)


def _make_role(name: str, login: str) -> sql.Composed:
    guarded = (
        "do $$ begin if not exists (select 1 from pg_roles where rolname = {literal}) then create role {name}; end if; end $$;"
        " alter role {name} {login} nosuperuser nobypassrls nocreatedb nocreaterole noinherit"
    )
    return sql.SQL(guarded).format(
        literal=sql.Literal(str(name)), name=sql.Identifier(name), login=sql.SQL(login)
    )


def _member(role: str, member: str) -> sql.Composed:
    return sql.SQL("grant {} to {} with inherit false, set true, admin false").format(
        sql.Identifier(role), sql.Identifier(member)
    )


def _limits(login: Login) -> Iterator[sql.Composed]:
    settings = {
        "statement_timeout": f"{STATEMENT_TIMEOUT_S[login]}s",
        "lock_timeout": "2s",
        "idle_in_transaction_session_timeout": "15s" if login is not Login.BACKUP else "0",
        "search_path": "public",
        "timezone": "UTC",
    }
    for key, value in settings.items():
        yield sql.SQL("alter role {} set {} = {}").format(
            sql.Identifier(login), sql.Identifier(key), sql.Literal(value)
        )


def _plain(statement: str) -> sql.Composed:
    return sql.Composed([sql.SQL(statement)])
