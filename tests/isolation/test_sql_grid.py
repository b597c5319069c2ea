"""ISO-2: every tenant table × every attack × every context, as the run-time roles. Foreign rows seen or touched: 0."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from kernel.db.roles import DbRole, Login
from kernel.db.signing import ContextSigner
from tests.database import KEY, TestDatabase
from tests.isolation.rows import plant, tenant_tables

REFUSED = ("42501", "23505", "23503", "25006", "22P02", "0A000", "23502", "23514", "42P10", "23P01")


@pytest.fixture(scope="module")
def hostile(database: TestDatabase) -> tuple[UUID, UUID, UUID, UUID]:
    """A centre, its sub-centre, a sibling sub-centre, and a foreign centre: all with a canary in every table."""
    a = database.open_centre("C91010", "甲市住房公积金管理中心")
    child = database.open_centre("C91011", "甲市油田分中心", parent=a)
    sibling = database.open_centre("C91012", "甲市铁路分中心", parent=a)
    b = database.open_centre("C91020", "乙市住房公积金管理中心")
    plant(database, [a, child, sibling, b])
    return a, child, sibling, b


class Attacker:
    """A connection of the web process in which an attacker may run any SQL."""

    def __init__(self, database: TestDatabase, login: Login = Login.WEB) -> None:
        self.raw = psycopg.connect(database.dsn(login))

    def enter(self, tenant: UUID | None, role: str = DbRole.APP, context: str | None = None) -> None:
        self.raw.rollback()
        if context is None and tenant is not None:
            context = _sign(tenant, role, self.raw.info.backend_pid)
        self.raw.execute(
            "select set_config('role', %s, true), set_config('app.ctx', %s, true)", (str(role), context or "")
        )

    def foreign(self, statement: sql.Composed, foreign: UUID) -> int:
        """How many rows of `foreign` the statement returned or touched; a refusal is 0."""
        try:
            cursor = self.raw.execute(statement)
        except psycopg.Error as error:
            assert error.sqlstate in REFUSED, (error.sqlstate, statement.as_string(self.raw))
            return 0
        if cursor.description is None:
            return cursor.rowcount
        return sum(1 for row in cursor.fetchall() if str(row[0]) == str(foreign))


def _sign(tenant: UUID, role: str, pid: int, key: bytes = KEY, now: float | None = None) -> str:
    class Forged:
        tenant_id, subject = tenant, "system:attack"

    Forged.role = str(role)  # type: ignore[attr-defined]
    return ContextSigner("test", key, 40).sign(Forged(), pid, now)  # type: ignore[arg-type]


ATTACKS: dict[str, str] = {
    "select": "select tenant_id from {t}",
    "select by tenant": "select tenant_id from {t} where tenant_id = {b}",
    "count": "select {b} from (select count(*) n from {t} where tenant_id = {b}) c where n > 0",
    "exists": "select {b} where exists (select 1 from {t} where tenant_id = {b})",
    "join": "select x.tenant_id from {t} x join {t} y on y.tenant_id <> x.tenant_id",
    "for update": "select tenant_id from {t} where tenant_id = {b} for update",
    "lateral": "select l.tenant_id from (values (1)) v cross join lateral (select * from {t} where tenant_id = {b}) l",
    "update foreign": "update {t} set tenant_id = tenant_id where tenant_id = {b} returning tenant_id",
    "update own to foreign": "update {t} set tenant_id = {b} where tenant_id = {a} returning tenant_id",
    "delete foreign": "delete from {t} where tenant_id = {b} returning tenant_id",
    "insert foreign": "insert into {t} (tenant_id, id) values ({b}, uuidv7()) returning tenant_id",
    "upsert": "insert into {t} select * from {t} where tenant_id = {b} on conflict do nothing returning tenant_id",
    "copy": "copy {t} to stdout",
    "statistics": "select {b} from pg_stats where tablename = {name} and most_common_vals::text like '%' || {btext} || '%'",
}


def _statement(attack: str, table: str, a: UUID, b: UUID) -> sql.Composed:
    return sql.SQL(ATTACKS[attack]).format(
        t=sql.Identifier(table),
        a=sql.Literal(a),
        b=sql.Literal(b),
        name=sql.Literal(table),
        btext=sql.Literal(str(b)),
    )


Context = Callable[[Attacker, UUID, UUID], None]
CONTEXTS: dict[str, Context] = {
    "none": lambda x, a, b: x.enter(None),
    "own": lambda x, a, b: x.enter(a),
    "role without SET": lambda x, a, b: x.enter(a, DbRole.PROVINCE_READER),
    "citizen": lambda x, a, b: x.enter(a, DbRole.CITIZEN),
    "auditor": lambda x, a, b: x.enter(a, DbRole.AUDITOR),
    "signed for another role": lambda x, a, b: x.enter(
        a, DbRole.AUDITOR, _sign(b, DbRole.APP, x.raw.info.backend_pid)
    ),
    "forged signature": lambda x, a, b: x.enter(
        a, context=_sign(b, DbRole.APP, x.raw.info.backend_pid, b"x" * 32)
    ),
    "expired": lambda x, a, b: x.enter(
        a, context=_sign(b, DbRole.APP, x.raw.info.backend_pid, now=time.time() - 3600)
    ),
    "other backend": lambda x, a, b: x.enter(a, context=_sign(b, DbRole.APP, x.raw.info.backend_pid + 1)),
    "tenant swapped in": lambda x, a, b: x.enter(
        a, context=_sign(a, DbRole.APP, x.raw.info.backend_pid).replace(str(a), str(b))
    ),
}


@pytest.mark.parametrize("context", sorted(CONTEXTS))
def test_no_table_gives_a_foreign_row(
    database: TestDatabase, hostile: tuple[UUID, ...], context: str
) -> None:
    a, _, _, b = hostile
    attacker, tried = Attacker(database), 0
    for table in tenant_tables(database):
        for attack in ATTACKS:
            if attack == "copy":
                continue
            CONTEXTS[context](attacker, a, b)
            assert attacker.foreign(_statement(attack, table.name, a, b), b) == 0, (table.name, attack)
            tried += 1
    assert tried >= 100
    attacker.raw.close()


def test_copy_out_gives_no_foreign_row(database: TestDatabase, hostile: tuple[UUID, ...]) -> None:
    a, _, _, b = hostile
    attacker = Attacker(database)
    for table in tenant_tables(database):
        attacker.enter(a)
        try:
            with attacker.raw.cursor().copy(_statement("copy", table.name, a, b)) as copy:
                assert str(b).encode() not in b"".join(copy)
        except psycopg.Error as error:
            assert error.sqlstate in REFUSED
    attacker.raw.close()


@pytest.mark.parametrize("who", ["child on sibling", "child on parent", "parent on child"])
def test_the_line_opens_inherited_tables_only(
    database: TestDatabase, hostile: tuple[UUID, ...], who: str
) -> None:
    a, child, sibling, _ = hostile
    me, other = {
        "child on sibling": (child, sibling),
        "child on parent": (child, a),
        "parent on child": (a, child),
    }[who]
    attacker = Attacker(database)
    for table in tenant_tables(database):
        attacker.enter(me)
        seen = attacker.foreign(_statement("select by tenant", table.name, me, other), other)
        assert seen == (1 if table.inherited and who == "child on parent" else 0), table.name
        for attack in ("update foreign", "delete foreign", "insert foreign", "update own to foreign"):
            attacker.enter(me)
            assert attacker.foreign(_statement(attack, table.name, me, other), other) == 0, (
                table.name,
                attack,
            )
    attacker.raw.close()


def test_the_owner_sees_its_row_in_every_table(database: TestDatabase, hostile: tuple[UUID, ...]) -> None:
    """The positive control: without it an empty answer could be a broken test."""
    a, *_ = hostile
    attacker, blind = Attacker(database), []
    for table in tenant_tables(database):
        attacker.enter(a)
        if attacker.foreign(_statement("select by tenant", table.name, a, a), a) != 1:
            blind.append(table.name)
    attacker.raw.close()
    assert blind == []


def test_nothing_of_the_foreign_tenant_was_changed(database: TestDatabase, hostile: tuple[UUID, ...]) -> None:
    with psycopg.connect(database.superuser_dsn) as connection:
        for table in tenant_tables(database):
            counted = sql.SQL("select count(*) from {} where tenant_id = %s").format(
                sql.Identifier(table.name)
            )
            for tenant in hostile:
                row = connection.execute(counted, (tenant,)).fetchone()
                assert row is not None
                assert row[0] >= 1, (table.name, tenant)


@pytest.mark.parametrize("login", [login for login in Login if login not in (Login.MIGRATE, Login.BACKUP)])
def test_a_login_role_reads_no_tenant_row_by_itself(
    database: TestDatabase, hostile: tuple[UUID, ...], login: Login
) -> None:
    with psycopg.connect(database.dsn(login), autocommit=True) as connection:
        for table in tenant_tables(database):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(sql.SQL("select 1 from {}").format(sql.Identifier(table.name)))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select key from k.ctx_key")
