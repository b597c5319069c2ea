"""What the database refuses whoever asks: checkpoints that do not fit, callers that may not, tenants that ask for others."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from kernel.audit import extracts, sealing_store
from kernel.audit.checkpoint import Checkpoint, next_checkpoint, sign
from kernel.crypto.signing import SigningKey
from kernel.db.lint import findings
from kernel.db.roles import Login
from tests.audit.live_log import checkpoints, head, rows, write
from tests.audit.live_log import sealer as sealer_of
from tests.database import TestDatabase


class TestTheDatabaseRefuses:
    @pytest.fixture
    def sealed(self, clone: TestDatabase, two: tuple[UUID, UUID], key: SigningKey) -> Checkpoint:
        made = sealer_of(clone, key).round()
        assert made is not None
        for tenant in two:
            write(clone, tenant)
        return made

    def _store(self, clone: TestDatabase, key: SigningKey, made: Checkpoint, moved: list) -> str:  # type: ignore[type-arg]
        with pytest.raises(DBAPIError) as refused, clone.door(Login.SEALER).process_tx() as connection:
            sealing_store.store(connection, clone.province_id, sign(made, key), key.public, moved)
        return str(getattr(refused.value.orig, "sqlstate", ""))

    def test_a_second_one_of_a_number(
        self, clone: TestDatabase, sealed: Checkpoint, key: SigningKey, two: tuple[UUID, UUID]
    ) -> None:
        heads = [head(clone, t) for t in (*two, clone.province_id)]
        assert self._store(clone, key, next_checkpoint(None, heads, sealed.at), heads[:2]) == "40001"

    def test_another_predecessor(
        self, clone: TestDatabase, sealed: Checkpoint, key: SigningKey, two: tuple[UUID, UUID]
    ) -> None:
        heads = [head(clone, t) for t in (*two, clone.province_id)]
        other = Checkpoint(1, sealed.at, sealed.tree_size, bytes(32), bytes(32))
        assert self._store(clone, key, next_checkpoint(other, heads, sealed.at), heads[:2]) == "40001"

    def test_a_number_that_leaves_a_gap(
        self, clone: TestDatabase, sealed: Checkpoint, key: SigningKey, two: tuple[UUID, UUID]
    ) -> None:
        heads = [head(clone, t) for t in (*two, clone.province_id)]
        made = replace(next_checkpoint(sealed, heads, sealed.at), number=sealed.number + 2)
        assert self._store(clone, key, made, heads[:2]) == "40001"

    def test_heads_that_do_not_give_the_root(
        self, clone: TestDatabase, sealed: Checkpoint, key: SigningKey, two: tuple[UUID, UUID]
    ) -> None:
        heads = [head(clone, t) for t in (*two, clone.province_id)]
        assert self._store(clone, key, next_checkpoint(sealed, heads, sealed.at), heads[:1]) == "22023"

    def test_a_chain_that_does_not_grow(
        self, clone: TestDatabase, sealed: Checkpoint, key: SigningKey, two: tuple[UUID, UUID]
    ) -> None:
        first = rows(clone, two[0])[1]
        heads = [
            type(head(clone, two[0]))(two[0], 2, first.entry_hash),
            head(clone, two[1]),
            head(clone, clone.province_id),
        ]
        assert self._store(clone, key, next_checkpoint(sealed, heads, sealed.at), heads[:2]) == "22023"
        assert len(checkpoints(clone)) == 1

    def test_anybody_but_the_sealer(self, clone: TestDatabase, two: tuple[UUID, UUID]) -> None:
        for login in (Login.WEB, Login.WORKER, Login.RELAY, Login.GATEWAY):
            with pytest.raises(DBAPIError) as refused, clone.door(login).process_tx() as connection:
                sealing_store.chains(connection)
            assert getattr(refused.value.orig, "sqlstate", "") == "42501"

    def test_the_sealer_at_the_tables(self, clone: TestDatabase, two: tuple[UUID, UUID]) -> None:
        for table in (
            "audit_event",
            "audit_head",
            "k.checkpoint",
            "k.checkpoint_leaf",
            "k.audit_alarm",
            "org_unit",
        ):
            with (
                psycopg.connect(clone.dsn(Login.SEALER)) as connection,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                connection.execute(f"select count(*) from {table}".encode())

    def test_a_tenant_that_asks_for_another(
        self, clone: TestDatabase, two: tuple[UUID, UUID], key: SigningKey
    ) -> None:
        sealer_of(clone, key).round()
        for call in (
            "k.checkpoint_extract(%s)", "k.checkpoint_covering(%s, 1)", "k.checkpoint_days(%s)", "k.checkpoint_bodies(%s, '{1}')",
            "k.audit_alarms(%s)",
        ):  # fmt: skip
            with (
                pytest.raises(DBAPIError) as refused,
                clone.door().tenant_tx(clone.scope(two[0]), read_only=True) as session,
            ):
                session.connection().exec_driver_sql(f"select * from {call}", (two[1],))
            assert getattr(refused.value.orig, "sqlstate", "") == "42501"

    def test_nothing_in_the_catalogue(self, database: TestDatabase) -> None:
        with psycopg.connect(database.superuser_dsn) as connection:
            assert findings(connection) == []


def test_an_extract_names_no_other_tenant(
    clone: TestDatabase, two: tuple[UUID, UUID], key: SigningKey
) -> None:
    write(clone, two[1], 250)
    sealer_of(clone, key).round()
    with clone.door().tenant_tx(clone.scope(two[0]), read_only=True) as session:
        found = extracts.newest(session)
    assert found is not None
    said = repr(found).encode() + found.extract.signed.body
    other = head(clone, two[1])
    assert other.size == 253
    for secret in (
        str(two[1]).encode(),
        two[1].bytes,
        repr(two[1].bytes).encode(),
        other.hash,
        repr(other.hash).encode(),
        b"253",
    ):
        assert secret not in said
