"""`gjj up` beside a PostgreSQL and a Valkey that it has not started, as an operator prepares them: commands, a file, Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from app.embedded import place, ports
from app.embedded.postgres import EmbeddedPostgres
from app.embedded.valkey import EmbeddedValkey
from app.installation.installation import Installation
from app.installation.keys import make_missing
from app.processes import heartbeat
from app.running import NAMES
from kernel.db.bootstrap import bootstrap
from tests.app.demo_process import END_S, environment, family, gjj, gone, wait_until

DATABASE = "gjj_up"
FILE = """
environment = "production"
base_url = "http://127.0.0.1:{web}"
[province]
code = "C37000"
name = "示例省住房和城乡建设厅"
short_name = "示例省"
[web]
port = {web}
[database]
host = "127.0.0.1"
port = {postgres}
name = "{database}"
sslmode = "disable"
[issuer]
kind = "embedded"
"""


@dataclass
class Outside:
    """Servers that somebody else runs, and the operator's file."""

    postgres: EmbeddedPostgres
    valkey: EmbeddedValkey
    file: Path
    address: str


@pytest.fixture(scope="module")
def outside() -> Iterator[Outside]:
    with tempfile.TemporaryDirectory(prefix="gjj-test-") as name:
        base = Path(name)
        base.chmod(0o755)
        postgres = EmbeddedPostgres(base / "别处 数据库", fast=True)
        valkey = EmbeddedValkey(base / "别处 消息", fast=True)
        try:
            postgres.start()
            valkey.start()
            yield _prepared(base / "平台", postgres, valkey)
        finally:
            for server in (valkey, postgres):
                server.stop()
                place.remove(server.data_dir)


def _prepared(folder: Path, postgres: EmbeddedPostgres, valkey: EmbeddedValkey) -> Outside:
    """What the operator does before the first start."""
    folder.mkdir(mode=0o700)
    web, file = ports.next_free(28080), folder / "gjj.toml"
    file.write_text(FILE.format(web=web, postgres=postgres.port, database=DATABASE), encoding="utf-8")
    installation = Installation(file)
    make_missing(installation.settings)
    bootstrap(postgres.superuser_dsn(), DATABASE, installation.passwords())
    place.write_private(installation.settings.valkey_url, valkey.url() + "\n")
    done = gjj("migrate", "--config", str(file))
    assert done.returncode == 0, done.stderr
    return Outside(postgres, valkey, file, f"http://127.0.0.1:{web}")


def _beats(outside: Outside, process: str) -> bool:
    """Whether that process has started and is at work."""
    beat = heartbeat.read(outside.file.parent / "run", process)
    return beat is not None and beat.state not in ("starting", "waiting")


def test_it_serves_until_ctrl_c_and_leaves_the_servers_alone(outside: Outside) -> None:
    output = outside.file.parent / "up.out"
    with output.open("w") as out:
        up = subprocess.Popen(
            [sys.executable, "-P", "-m", "app.cli", "up", "--config", str(outside.file)],
            env=environment(), cwd="/", stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    try:
        wait_until(lambda: "平台已启动" in output.read_text(encoding="utf-8") or up.poll() is not None)
        assert up.poll() is None, output.read_text(encoding="utf-8")
        children = family(up.pid)
        assert len(children) >= len(NAMES)
        with httpx.Client(base_url=outside.address, trust_env=False, follow_redirects=True) as visitor:
            assert visitor.get("/").status_code == 200
            form = visitor.get("/sign-in")
        assert (form.status_code, form.url.path) == (200, "/realms/gjj/protocol/openid-connect/auth")
        assert "演示" not in form.text
        wait_until(lambda: all(_beats(outside, name) for name in NAMES if name != "web"))
        doctor = gjj("doctor", "--config", str(outside.file))
        assert "✗" not in doctor.stdout, doctor.stdout
    finally:
        os.killpg(up.pid, signal.SIGINT)
        code = up.wait(END_S)

    assert code == 0, output.read_text(encoding="utf-8")
    wait_until(lambda: all(gone(pid) for pid in children), 10)
    assert outside.postgres.alive()
    assert outside.valkey.alive()


def test_it_refuses_to_start_without_its_broker(outside: Outside) -> None:
    address = Installation(outside.file).settings.valkey_url
    kept = address.read_text(encoding="utf-8")
    place.write_private(address, "redis://:x@127.0.0.1:1/0\n")
    try:
        done = gjj("up", "--config", str(outside.file), timeout=30)
    finally:
        place.write_private(address, kept)

    assert done.returncode == 1
    assert "消息服务" in done.stderr
    assert "Traceback" not in done.stderr
