"""The database's own writer hashes the same bytes as `kernel.audit.chain`, and refuses what must not be written."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from kernel.audit.chain import Head, verify_entries
from kernel.audit.record import AuditRecord
from kernel.crypto.secret import Secret
from kernel.db.roles import DbRole
from kernel.db.signing import ContextSigner
from kernel.tenancy.scope import enter
from tests.audit.live_log import head, rows, write
from tests.database import KEY, TestDatabase

KNOWN_TENANT = UUID("00112233-4455-6677-8899-aabbccddeeff")
KNOWN_HASH = "74ab4108f1e1bf293f7020c71193109bcb93cf9a489ccad9954513b617cea2c1"


def test_the_known_answer_passes_through_the_database(database: TestDatabase) -> None:
    """The body of the known answer says not who or what, which the table asks for: that is lifted inside this transaction."""
    with psycopg.connect(database.superuser_dsn) as connection:
        for column in ("at", "actor", "actor_name", "action", "object_kind", "object_id", "summary"):
            connection.execute(f"alter table audit_event alter column {column} drop not null".encode())
        scope = enter(KNOWN_TENANT, DbRole.APP, "system:test")
        context = ContextSigner("test", KEY, 40).sign(scope, connection.info.backend_pid)
        connection.execute("select set_config('app.ctx', %s, true)", (context,))
        assert connection.execute("select k.audit_append(%s, %s)", (KNOWN_TENANT, b'{"a":1}')).fetchone() == (
            1,
        )
        found = connection.execute(
            "select entry_hash, body from audit_event where tenant_id = %s", (KNOWN_TENANT,)
        ).fetchone()
        connection.rollback()
    assert found == (bytes.fromhex(KNOWN_HASH), b'{"a":1}')


def test_chains_written_by_the_door_are_those_of_the_layout(database: TestDatabase) -> None:
    for number in (1, 2):
        tenant = database.open_centre(f"C9600{number}")
        write(database, tenant, 7, "受理“业务”\n")
        stored = rows(database, tenant)
        assert len(stored) == 7
        assert verify_entries(Head.empty(tenant), stored) == head(database, tenant)


@pytest.mark.parametrize(("size", "accepted"), [(1024 * 1024, True), (1024 * 1024 + 1, False)])
def test_a_body_of_more_than_a_mebibyte_is_refused(database: TestDatabase, size: int, accepted: bool) -> None:
    tenant = database.open_centre(f"C9601{int(accepted)}")
    with database.door().tenant_tx(database.scope(tenant)) as session:
        session.audit("test.changes", "thing", 1, "长", filling="")
        assert session.record is not None
        session.record = replace(session.record, facts={"filling": "x" * (size - len(session.record.body()))})
        if accepted:
            session._append_audit()
        else:
            with pytest.raises(DBAPIError) as refused:
                session._append_audit()
            assert getattr(refused.value.orig, "sqlstate", "") == "54000"
            session.record = None
        session.rollback()
        session.record = None


class Colour(StrEnum):
    RED = "red"


def record(**facts: object) -> AuditRecord:
    return AuditRecord(
        datetime(2026, 11, 24, tzinfo=UTC),
        "t",
        "system:test",
        "系统",
        "test.changes",
        "thing",
        "1",
        "测试",
        facts,
        "",
        "",
    )


def test_facts_become_codes_and_numbers() -> None:
    body = record(
        who=UUID(int=1), when=datetime(2026, 1, 2, tzinfo=UTC), amount=Decimal("1.50"), colour=Colour.RED,
        many=frozenset({"b", "a"}), inner={"x": (1, None)},
    ).body()  # fmt: skip
    assert b'"amount":"1.50"' in body
    assert b'"colour":"red"' in body
    assert b'"many":["a","b"]' in body
    assert b'"when":"2026-01-02T00:00:00+00:00"' in body
    assert b'"inner":{"x":[1,null]}' in body


@pytest.mark.parametrize(
    "fact",
    [
        Secret("13800000000"), [Secret("x")], {"phone": Secret("x")}, object(), b"bytes",
        uuid.SafeUUID, {1: "key"}, float("nan"),
    ],
    ids=["secret", "secret in a list", "secret in a mapping", "object", "bytes", "class", "key", "nan"],
)  # fmt: skip
def test_a_secret_or_an_unknown_thing_is_refused_and_not_masked(fact: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        record(fact=fact).body()
