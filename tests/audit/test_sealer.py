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
from kernel.audit.checkpoint import Checkpoint
from kernel.audit.sealer import Sealer, run
from kernel.audit.witness_file import WitnessFile
from kernel.crypto.signing import SigningKey
from kernel.db.roles import Login
from tests.audit.live_log import checkpoints, head, tamper, write
from tests.audit.live_log import sealer as sealer_of
from tests.database import TestDatabase


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


def test_two_sealers_at_once_leave_one_history(
    clone: TestDatabase, two: tuple[UUID, UUID], key: SigningKey, tmp_path: Path
) -> None:
    states: list[str] = []

    def seal(mine: Sealer) -> None:
        for _ in range(15):
            try:
                mine.round()
            except DBAPIError as refused:
                states.append(getattr(refused.orig, "sqlstate", ""))

    threads = [threading.Thread(target=seal, args=(sealer_of(clone, key, tmp_path),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    write(clone, two[0], 20)
    for thread in threads:
        thread.join(30)
    sealer_of(clone, key, tmp_path).round()
    assert set(states) <= {"40001"}  # the other was first
    stored = checkpoints(clone)
    assert [number for number, _ in stored] == list(range(1, len(stored) + 1))
    assert [s.body for s in WitnessFile(tmp_path)] == [body for _, body in stored]
    assert covered(clone, two[0]) == 23
