"""Sealing: what is signed, what is not, and that a crash never makes two checkpoints of one number (AUD-4)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock
from uuid import UUID

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from kernel.audit import extracts, merkle, sealer, sealing_store
from kernel.audit.checkpoint import Checkpoint, next_checkpoint, sign
from kernel.audit.sealer import Sealer, run
from kernel.audit.witness_file import WitnessFile
from kernel.crypto.signing import SigningKey
from kernel.db.lint import findings
from kernel.db.roles import Login
from tests.audit.live_log import checkpoints, head, rows, tamper, write
from tests.audit.live_log import sealer as sealer_of
from tests.database import TestDatabase


@pytest.fixture
def two(clone: TestDatabase) -> tuple[UUID, UUID]:
    made = (clone.open_centre("C96101"), clone.open_centre("C96102"))
    for tenant in made:
        write(clone, tenant, 3)
    return made


def covered(database: TestDatabase, tenant: UUID) -> int:
    """How many events of the tenant are under a proven checkpoint."""
    with database.door().tenant_tx(database.scope(tenant), read_only=True) as session:
        found = extracts.newest(session)
        if found is None:
            return 0
        found.proven()
        return found.extract.head.size


def alarms(database: TestDatabase, tenant: UUID) -> list[int]:
    with database.door().tenant_tx(database.scope(tenant), read_only=True) as session:
        return [alarm.seq for alarm in extracts.alarms(session)]


class TestSealing:
    def test_seals_what_changed_and_nothing_else(
        self, clone: TestDatabase, two: tuple[UUID, UUID], key: SigningKey
    ) -> None:
        mine = sealer_of(clone, key)
        first = mine.round()
        assert first is not None
        assert (first.number, first.tree_size) == (1, 3)
        assert mine.round() is None
        write(clone, two[0])
        second = mine.round()
        assert second is not None
        assert (second.number, second.previous_hash) == (2, first.hash())
        assert [covered(clone, tenant) for tenant in two] == [4, 3]
        with psycopg.connect(clone.superuser_dsn) as connection:
            assert connection.execute(
                "select count(*) from k.checkpoint_leaf where number = 2"
            ).fetchone() == (1,)

    def test_the_proof_of_every_tenant_holds_for_every_number_of_tenants(
        self, clone: TestDatabase, key: SigningKey
    ) -> None:
        mine = sealer_of(clone, key)
        tenants = []
        for n in range(9):
            tenants.append(clone.open_centre(f"C9620{n}"))
            write(clone, tenants[-1])
            made = mine.round()
            assert made is not None
            assert made.tree_size == n + 2
            assert [covered(clone, tenant) for tenant in tenants] == [1] * (n + 1)
        with clone.door().tenant_tx(clone.scope(tenants[0]), read_only=True) as session:
            assert [found.proven().number for found in extracts.numbered(session, range(1, 10))] == list(
                range(1, 10)
            )

    @pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 9, 33])
    def test_the_tree_of_the_database_is_that_of_the_standard(
        self, database: TestDatabase, count: int
    ) -> None:
        leaves = [bytes([n]) for n in range(count)]
        hashes = [merkle.leaf_hash(leaf) for leaf in leaves]
        with psycopg.connect(database.superuser_dsn) as connection:
            for place in range(count):
                row = connection.execute("select k.merkle_path(%s, %s)", (hashes, place)).fetchone()
                assert row is not None
                assert row[0] == [*merkle.inclusion_proof(leaves, place), merkle.root(leaves)]

    def test_an_hour_without_a_change_is_signed_too(
        self, clone: TestDatabase, two: tuple[UUID, UUID], key: SigningKey
    ) -> None:
        mine = sealer_of(clone, key)
        first = mine.round()
        assert first is not None
        with mock.patch.object(sealer, "datetime") as clock:
            clock.now.return_value = datetime.now(UTC) + timedelta(minutes=59)
            assert mine.round() is None
            clock.now.return_value = datetime.now(UTC) + timedelta(minutes=61)
            second = mine.round()
        assert second is not None
        assert (second.number, second.root) == (2, first.root)

    def test_a_clock_that_goes_back_does_not_stop_it(
        self, clone: TestDatabase, two: tuple[UUID, UUID], key: SigningKey
    ) -> None:
        mine = sealer_of(clone, key)
        first = mine.round()
        assert first is not None
        write(clone, two[0])
        with mock.patch.object(sealer, "datetime") as clock:
            clock.now.return_value = first.at - timedelta(hours=2)
            second = mine.round()
        assert second is not None
        assert second.at == first.at

    def test_an_empty_platform_is_left_alone(self, clone: TestDatabase, key: SigningKey) -> None:
        assert sealer_of(clone, key).round() is None
        assert checkpoints(clone) == []

    def test_the_loop_seals_soon_and_ends_when_asked(
        self, clone: TestDatabase, two: tuple[UUID, UUID], key: SigningKey, tmp_path: Path
    ) -> None:
        stop = threading.Event()
        thread = threading.Thread(
            target=run, args=(clone.door(Login.SEALER), key, tmp_path / "witness", stop)
        )
        thread.start()
        try:
            _until(lambda: covered(clone, two[0]) == 3)
            write(clone, two[0], 5)
            _until(lambda: covered(clone, two[0]) == 8)
        finally:
            stop.set()
            thread.join(10)
        assert not thread.is_alive()
        times = [Checkpoint.parse(body).at for _, body in checkpoints(clone)]
        gaps = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
        assert min(gaps) > timedelta(seconds=0.9)


def _until(holds: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "not in time"
        time.sleep(0.05)


DAMAGE = {
    "a flipped bit in a body": (
        "update audit_event set body = set_byte(body, 3, get_byte(body, 3) # 1) where tenant_id = %s and seq = 5", 5),
    "a deleted event": ("delete from audit_event where tenant_id = %s and seq = 5", 5),
    "a cut tail": ("delete from audit_event where tenant_id = %s and seq > 4", 5),
    "a doubled event": (
        "insert into audit_event select tenant_id, uuidv7(), seq, prev_hash, entry_hash, body, at, actor, actor_name, action,"
        " object_kind, object_id, summary, request_id from audit_event where tenant_id = %s and seq = 4", 5),
    "another head": ("update audit_head set head_hash = sha256(head_hash) where tenant_id = %s", 6),
    "a head moved back": (
        "update audit_head set seq = 2, head_hash = (select e.entry_hash from audit_event e where e.tenant_id ="
        " audit_head.tenant_id and e.seq = 2) where tenant_id = %s", 3),
    "another head of the sealed size": ("update audit_head set seq = 3, head_hash = sha256('') where tenant_id = %s", 3),
    "no head": ("delete from audit_head where tenant_id = %s", 1),
    "a rewritten event before the checkpoint": (
        "update audit_event set prev_hash = sha256('') where tenant_id = %s and seq = 4", 4),
}  # fmt: skip


class TestWhatDiffers:
    @pytest.mark.parametrize("damage", DAMAGE)
    def test_is_not_signed_and_the_others_go_on(
        self, clone: TestDatabase, two: tuple[UUID, UUID], key: SigningKey, damage: str
    ) -> None:
        statement, first_bad = DAMAGE[damage]
        mine = sealer_of(clone, key)
        mine.round()
        for tenant in two:
            write(clone, tenant, 3)
        assert tamper(clone, statement, two[0]) > 0
        assert mine.round() is not None
        assert not mine.healthy
        assert [covered(clone, tenant) for tenant in two] == [3, 6]
        assert (alarms(clone, two[0]), alarms(clone, two[1])) == ([first_bad], [])
        assert mine.round() is None

    def test_an_alarm_ends_when_the_log_is_put_right(
        self, clone: TestDatabase, two: tuple[UUID, UUID], key: SigningKey
    ) -> None:
        mine = sealer_of(clone, key)
        mine.round()
        write(clone, two[0])
        good = head(clone, two[0])
        tamper(clone, "update audit_head set head_hash = sha256(head_hash) where tenant_id = %s", two[0])
        assert mine.round() is None
        assert alarms(clone, two[0]) == [4]
        tamper(clone, "update audit_head set head_hash = %s where tenant_id = %s", good.hash, two[0])
        assert mine.round() is not None
        assert mine.healthy
        assert alarms(clone, two[0]) == []
        assert covered(clone, two[0]) == 4

    def test_a_tenant_that_was_undone_stays_under_the_root(
        self, clone: TestDatabase, two: tuple[UUID, UUID], key: SigningKey
    ) -> None:
        mine = sealer_of(clone, key)
        mine.round()
        for table in ("audit_event", "audit_head"):
            tamper(clone, f"delete from {table} where tenant_id = %s", two[0])
        tamper(clone, "delete from k.tenant where id = %s", two[0])
        write(clone, two[1])
        made = mine.round()
        assert made is not None
        assert (made.tree_size, mine.healthy) == (3, True)
        assert covered(clone, two[1]) == 4


class Crash(BaseException):
    """The process ends here."""


def _crashing(target: object, name: str, *, after: bool) -> object:
    plain = getattr(target, name)

    def crash(*values: object, **named: object) -> object:
        if after:
            plain(*values, **named)
        raise Crash

    return mock.patch.object(target, name, crash)


BOUNDARIES = [
    (sealing_store, "chains", True),
    (sealing_store, "newest", True),
    (sealer, "next_checkpoint", True),
    (sealer, "sign", True),
    (sealing_store, "store", False),
    (sealing_store, "store", True),
    (WitnessFile, "append", False),
    (WitnessFile, "append", True),
]


class TestCrashes:
    @pytest.mark.parametrize(("target", "name", "after"), BOUNDARIES)
    def test_no_number_gets_a_second_meaning(
        self, clone: TestDatabase, two: tuple[UUID, UUID], key: SigningKey, tmp_path: Path,
        target: object, name: str, after: bool,
    ) -> None:  # fmt: skip
        seen: dict[int, bytes] = {}

        def look() -> None:
            found = [*checkpoints(clone)]
            found += [(Checkpoint.parse(s.body).number, s.body) for s in WitnessFile(tmp_path / "w")]
            for number, body in found:
                assert seen.setdefault(number, body) == body

        assert sealer_of(clone, key, tmp_path / "w").round() is not None
        look()
        write(clone, two[0])
        with _crashing(target, name, after=after), pytest.raises(Crash):  # type: ignore[attr-defined]
            sealer_of(clone, key, tmp_path / "w").round()
        look()
        write(clone, two[1])
        sealer_of(clone, key, tmp_path / "w").round()
        look()
        assert [covered(clone, tenant) for tenant in two] == [4, 4]
        assert [s.body for s in WitnessFile(tmp_path / "w")] == [body for _, body in checkpoints(clone)]

    def test_a_torn_line_of_the_witness_file_is_written_anew(
        self, clone: TestDatabase, two: tuple[UUID, UUID], key: SigningKey, tmp_path: Path
    ) -> None:
        sealer_of(clone, key, tmp_path).round()
        write(clone, two[0])
        sealer_of(clone, key, tmp_path).round()
        file = WitnessFile(tmp_path).path
        whole = file.read_bytes()
        for cut in (len(whole) - 1, len(whole) - 100, whole.index(b"\n") + 1, 10, 0):
            file.write_bytes(whole[:cut])
            sealer_of(clone, key, tmp_path).round()
            assert file.read_bytes() == whole

    def test_a_database_put_back_to_an_older_state_is_not_signed_on(
        self, clone: TestDatabase, two: tuple[UUID, UUID], key: SigningKey, tmp_path: Path
    ) -> None:
        sealer_of(clone, key, tmp_path).round()
        write(clone, two[0])
        sealer_of(clone, key, tmp_path).round()
        tamper(clone, "delete from k.checkpoint_leaf where number = 2")
        tamper(clone, "delete from k.checkpoint where number = 2")
        write(clone, two[1])
        again = sealer_of(clone, key, tmp_path)
        assert again.round() is None
        assert not again.healthy
        assert len(checkpoints(clone)) == 1
        assert alarms(clone, clone.province_id) == [0]

    def test_a_checkpoint_that_differs_from_the_file_is_not_built_on(
        self, clone: TestDatabase, two: tuple[UUID, UUID], key: SigningKey, tmp_path: Path
    ) -> None:
        sealer_of(clone, key, tmp_path).round()
        tamper(clone, "update k.checkpoint set body = set_byte(body, 50, get_byte(body, 50) # 1)")
        write(clone, two[0])
        again = sealer_of(clone, key, tmp_path)
        assert (again.round(), again.healthy) == (None, False)


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


def test_two_sealers_at_once_leave_one_history(
    clone: TestDatabase, two: tuple[UUID, UUID], key: SigningKey, tmp_path: Path
) -> None:
    def seal(mine: Sealer) -> None:
        for _ in range(15):
            try:
                mine.round()
            except DBAPIError as refused:
                assert getattr(refused.orig, "sqlstate", "") == "40001"  # the other was first

    threads = [threading.Thread(target=seal, args=(sealer_of(clone, key, tmp_path),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    write(clone, two[0], 20)
    for thread in threads:
        thread.join(30)
    sealer_of(clone, key, tmp_path).round()
    stored = checkpoints(clone)
    assert [number for number, _ in stored] == list(range(1, len(stored) + 1))
    assert [s.body for s in WitnessFile(tmp_path)] == [body for _, body in stored]
    assert covered(clone, two[0]) == 23
