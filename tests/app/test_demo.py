"""`gjj demo` on a path with spaces and Chinese characters: one start serves the questions that don't disturb each other."""

from __future__ import annotations

import os
import signal
import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx
import psycopg
import pytest

from app.embedded import place
from app.installation.installation import Installation
from app.installation.layout import Layout
from kernel.db.roles import Login
from tests.app.demo_process import DemoProcess, family, gjj, gone, wait_until


@pytest.fixture(scope="module")
def base() -> Iterator[Path]:
    """Below a folder that only its owner may enter, as a home folder is."""
    with tempfile.TemporaryDirectory(prefix="gjj-test-") as name:
        yield Path(name)
        for server in Path(name).rglob("pg"):
            place.remove(server)
        for server in Path(name).rglob("valkey"):
            place.remove(server)


@pytest.fixture(scope="module")
def demo(base: Path) -> Iterator[DemoProcess]:
    running = DemoProcess(base / "公积金 演示", "--acts", "1")
    try:
        running.wait_ready()
        yield running
    finally:
        running.end(signal.SIGTERM)


def province_of(demo: DemoProcess) -> UUID:
    installation = Installation(Layout(demo.folder).settings)
    try:
        return installation.province_id(Login.WEB)
    finally:
        installation.close()


def test_it_serves_and_says_where(demo: DemoProcess) -> None:
    note = demo.note
    assert httpx.get(f"{note['base_url']}/readyz", trust_env=False).text == "ok\n"
    assert stat.S_IMODE((demo.folder / "demo.json").stat().st_mode) == 0o600
    assert note["ports"]["web"] == httpx.URL(note["base_url"]).port
    assert note["base_url"] in demo.said
    assert "演示手机" in httpx.get(note["phone_url"], trust_env=False).text
    assert all(account["password"] not in demo.said for account in note["accounts"])


def test_the_doctor_finds_nothing(demo: DemoProcess) -> None:
    wait_until(lambda: gjj("doctor", "--data", str(demo.folder)).stdout.count("✗") == 0)


def test_a_second_demo_on_the_folder_is_refused_in_one_sentence(demo: DemoProcess) -> None:
    done = gjj("demo", "--data", str(demo.folder))
    assert done.returncode == 1
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)
    assert "正在被另一个运行中的平台使用" in done.stderr
    assert httpx.get(f"{demo.note['base_url']}/healthz", trust_env=False).status_code == 200


def test_a_taken_port_is_said_in_one_sentence(demo: DemoProcess, base: Path) -> None:
    port = demo.note["ports"]["web"]
    done = gjj("demo", "--data", str(base / "other"), "--port", str(port))
    assert (done.returncode, done.stderr) == (
        1,
        f"端口 {port} 已被别的程序占用，请换一个端口，或先停掉占用它的程序。\n",
    )


def test_somebody_elses_folder_is_left_alone(base: Path) -> None:
    folder = base / "mine"
    folder.mkdir()
    (folder / "thesis.txt").write_text("kept")
    done = gjj("demo", "--data", str(folder), "--reset")
    assert done.returncode == 1
    assert "演示不会改动它" in done.stderr
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("process", ["worker", "relay", "scheduler", "gateway", "sealer"])
def test_a_killed_process_is_started_again(demo: DemoProcess, process: str) -> None:
    wait_until(lambda: demo.beat_pid(process))
    killed = demo.beat_pid(process)
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: demo.beat_pid(process) not in (0, killed))
    assert "意外停止，正在重新启动。" in demo.said
    assert demo.process.poll() is None


FAULTS = {
    "inherits": (
        "grant gjj_province_reader to gjj_web with inherit true",
        "grant gjj_province_reader to gjj_web with inherit false",
        "继承了角色 gjj_province_reader",
    ),
    "schema": (
        "insert into alembic_version values ('0000')",
        "delete from alembic_version where version_num = '0000'",
        "数据库不是本版本，请执行 gjj migrate。",
    ),
    "context key": (
        "update k.ctx_key set key = sha256(key)",
        "",
        "租户上下文密钥：与数据库中的不一致",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_doctor_finds_a_planted_fault(demo: DemoProcess, fault: str) -> None:
    plant, mend, sentence = FAULTS[fault]
    _as_superuser(demo, plant)
    try:
        done = gjj("doctor", "--data", str(demo.folder))
    finally:
        if mend:
            _as_superuser(demo, mend)
        assert gjj("migrate", "--data", str(demo.folder)).stdout == "数据库已是本版本。\n"
    assert done.returncode == 1
    assert sentence in done.stdout
    assert done.stderr == ""


def test_the_doctor_finds_a_key_that_others_may_read(demo: DemoProcess) -> None:
    key = Installation(Layout(demo.folder).settings).settings.keys.bell
    key.chmod(0o644)
    try:
        done = gjj("doctor", "--data", str(demo.folder))
    finally:
        key.chmod(0o600)
    assert done.returncode == 1
    assert "密钥文件“bell.key”不能让其他用户读写" in done.stdout


def test_a_database_of_a_newer_release_is_left_alone(demo: DemoProcess) -> None:
    _as_superuser(demo, "insert into alembic_version values ('9999')")
    try:
        done = gjj("migrate", "--data", str(demo.folder))
    finally:
        _as_superuser(demo, "delete from alembic_version where version_num = '9999'")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "更新的版本" in done.stderr


def _as_superuser(demo: DemoProcess, statement: str) -> None:
    password = (demo.folder / "pg" / "password").read_text(encoding="utf-8").strip()
    port = demo.note["ports"]["postgres"]
    with psycopg.connect(
        host="127.0.0.1", port=port, user="postgres", password=password, dbname="gjj"
    ) as server:
        server.execute(statement)


def test_a_stopped_installation_is_described_in_plain_words(tmp_path: Path) -> None:
    done = gjj("doctor", "--data", str(tmp_path))
    assert done.returncode == 1
    assert done.stdout == f"✗ 设置文件：没有找到设置文件“{tmp_path / 'gjj.toml'}”，请核对位置。\n"


def test_ctrl_c_ends_every_child_and_a_second_start_keeps_the_data(base: Path) -> None:
    first = DemoProcess(base / "二", "--acts", "1")
    first.wait_ready()
    province = province_of(first)
    children = family(first.process.pid)
    port = first.note["ports"]["web"]
    assert len(children) > 8
    assert first.end() == 0
    wait_until(lambda: all(gone(pid) for pid in children))
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    second = DemoProcess(first.folder, "--json", "--acts", "1")
    try:
        second.wait_ready()
        assert second.note["ports"]["web"] == port
        assert province_of(first) == province
        assert '"event": "ready"' in second.said
    finally:
        second.end()
    third = DemoProcess(first.folder, "--reset", "--acts", "1")
    try:
        third.wait_ready()
        assert province_of(first) != province
    finally:
        third.end()


def test_children_end_with_a_killed_demo(base: Path) -> None:
    running = DemoProcess(base / "三", "--acts", "1")
    running.wait_ready()
    children = family(running.process.pid)
    running.process.kill()
    running.process.wait()
    wait_until(lambda: all(gone(pid) for pid in children))
