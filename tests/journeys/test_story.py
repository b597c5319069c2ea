"""The demo's story, once in peace and once while processes and the broker are killed under it: it ends with the same rows."""

from __future__ import annotations

import os
import random
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from app.embedded import place
from app.installation.installation import Installation
from app.installation.layout import Layout
from app.story.steps_serving import PERSON
from kernel.config import secret_values
from tests.app.demo_process import DemoProcess, family, gjj, wait_until
from tests.database import TestDatabase
from tests.journeys import ledger
from tests.journeys.final_rows import final_rows
from tests.journeys.scan import Scan

pytestmark = pytest.mark.timeout(900)

KILLED = ("worker", "relay", "gateway", "carrier", "valkey", "flushall")
RUNS = 5 if os.environ.get("GJJ_LONG") else 1
EACH = 2
ACTS = () if os.environ.get("GJJ_LONG") else ("--acts", "2")
"""Where messages and money move; the whole story with GJJ_LONG=1."""
QUIET_S = 20.0
Rows = dict[str, Counter[tuple[str, ...]]]


@pytest.fixture(scope="module")
def base() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="gjj-story-") as name:
        yield Path(name)
        for server in (*Path(name).rglob("pg"), *Path(name).rglob("valkey")):
            place.remove(server)


@pytest.fixture(scope="module")
def calm(base: Path) -> Rows:
    running = DemoProcess(base / "calm", *ACTS)
    try:
        running.wait_ready()
        rows = settled_rows(running)
        assert ledger.faults(superuser_dsn(running)) == []
        assert ledger.messages(superuser_dsn(running)) >= 6
        return rows
    finally:
        running.end(signal.SIGTERM)


def superuser_dsn(demo: DemoProcess) -> str:
    password = (demo.folder / "pg" / "password").read_text(encoding="utf-8").strip()
    return f"postgresql://postgres:{password}@127.0.0.1:{demo.note['ports']['postgres']}/gjj"


def settled_rows(demo: DemoProcess) -> Rows:
    """The rows when nothing moves any more: leases of killed workers run out first."""
    give_up = time.monotonic() + 90
    before, since = final_rows(superuser_dsn(demo)), time.monotonic()
    while time.monotonic() - since < QUIET_S:
        assert time.monotonic() < give_up, "rows keep changing"
        time.sleep(2)
        now = final_rows(superuser_dsn(demo))
        if now != before:
            before, since = now, time.monotonic()
    return before


class Trouble(threading.Thread):
    """Kills at random moments until it is told to stop; the seed makes it repeatable as far as a machine is."""

    def __init__(self, demo: DemoProcess, seed: int) -> None:
        super().__init__(daemon=True)
        self._demo = demo
        self._random = random.Random(seed)
        self._stop_asked = threading.Event()
        self.done: list[str] = []

    def run(self) -> None:
        acts = [*KILLED] * EACH
        self._random.shuffle(acts)
        for act in acts:
            if self._stop_asked.wait(self._random.uniform(0.3, 2.5)):
                return
            if self._act(act):
                self.done.append(act)

    def stop(self) -> None:
        self._stop_asked.set()
        self.join(10)

    def _act(self, act: str) -> bool:
        try:
            if act == "flushall":
                settings = Installation(Layout(self._demo.folder).settings).settings
                with redis.Redis.from_url(secret_values.valkey_url(settings), socket_timeout=2) as broker:
                    broker.flushall()
            else:
                program = {"valkey": b"valkey-server", "carrier": b"loopback"}.get(act)
                os.kill(self._child(program) if program else self._demo.beat_pid(act), signal.SIGKILL)
        except (redis.RedisError, ProcessLookupError):
            return False
        return True

    def _child(self, program: bytes) -> int:
        for pid in family(self._demo.process.pid):
            try:
                if program in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return pid
            except (FileNotFoundError, ProcessLookupError):
                continue
        raise ProcessLookupError


def begun(demo: DemoProcess) -> bool:
    return "[1/" in demo.said and all(demo.beat_pid(name) for name in ("worker", "relay", "gateway"))


def test_the_comparison_sees_one_changed_row(database: TestDatabase) -> None:
    url = f"{database.server.superuser_dsn.rpartition('/')[0]}/{database.name}"
    before = final_rows(url)
    assert final_rows(url) == before
    database.open_centre("C37903")
    differing = {table for table, rows in final_rows(url).items() if rows != before[table]}
    assert "audit_event" in differing


def test_the_story_leaves_facts_behind(calm: Rows) -> None:
    assert len(calm["registered_centre"]) >= 20
    assert calm["change_request"].total() >= 24
    assert calm["audit_event"].total() > 100


def test_no_personal_value_lies_in_the_clear(base: Path, calm: Rows) -> None:
    """In logs, the database's pages and journal, Valkey's files, the output: whatever the demo left, after its processes ended."""
    values = {
        "phone": PERSON.phone.encode(),
        "identity number": PERSON.identity_number.encode(),
        "name": PERSON.name.encode(),
        "reference": PERSON.ref.encode(),
        "complaint": "自助终端出卡慢".encode(),
    }
    scan = Scan(values).folder(base)
    assert scan.found == set()
    assert scan.seen > 20 * 2**20
    (base / "planted.txt").write_bytes(b"x" * 5_000_000 + values["phone"] + b"y")
    assert Scan(values).folder(base).found == {("phone", "planted.txt")}
    (base / "planted.txt").unlink()


@pytest.mark.parametrize("run", range(RUNS))
def test_killed_processes_and_a_wiped_broker_change_nothing(base: Path, calm: Rows, run: int) -> None:
    seed = int(os.environ.get("GJJ_TEST_SEED") or random.SystemRandom().randrange(10**9)) + run
    print(f"GJJ_TEST_SEED={seed}")
    running = DemoProcess(base / f"trouble {seed}", *ACTS)
    try:
        wait_until(lambda: begun(running) or running.process.poll() is not None)
        trouble = Trouble(running, seed)
        trouble.start()
        running.wait_ready()
        trouble.stop()
        rows = settled_rows(running)
        broken = ledger.faults(superuser_dsn(running))
    finally:
        running.end(signal.SIGTERM)
    assert broken == [], f"seed {seed}"
    assert set(trouble.done) == set(KILLED), f"seed {seed}: only {trouble.done}\n{running.said}"
    differing = {
        table: (calm[table] - rows[table], rows[table] - calm[table])
        for table in calm
        if calm[table] != rows[table]
    }
    assert differing == {}, f"seed {seed}"


def test_the_story_command_says_what_it_proved(base: Path) -> None:
    done = gjj("demo", "--story", "--json", "--fast", "--data", str(base / "story"), timeout=800)
    assert done.returncode == 0, done.stdout[-2000:]
    assert done.stdout.count('"result": "proved"') >= 12
    assert '"result": "failed"' not in done.stdout
    again = gjj("demo", "--story", "--data", str(base / "story"))
    assert again.returncode == 2
    assert "--reset" in again.stderr
