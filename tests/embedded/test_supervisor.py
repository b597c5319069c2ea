"""What the supervisor does with children that die, and with itself when it is asked to end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.embedded import ports
from app.embedded.supervisor import ChildService, ChildSpec, Patience, Supervisor
from tests.embedded.conftest import ROOT

QUICK = Patience(first=0.01, longest=0.02, deaths=3, healthy=60)
WAIT_SECONDS = 60.0


def wait_until(true: Callable[[], bool]) -> None:
    give_up = time.monotonic() + WAIT_SECONDS
    while not true():
        assert time.monotonic() < give_up, "waited too long"
        time.sleep(0.02)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # An orphan of the killed supervisor waits for the machine's first process to collect it.
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z"


def python(name: str, script: str, *arguments: str, log: Path | None = None) -> ChildSpec:
    return ChildSpec(
        name, f"“{name}”", [sys.executable, "-c", script, *arguments], {"PATH": "/usr/bin:/bin"}, log=log
    )


def test_a_child_that_dies_is_started_again(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    script = "import sys, time; f = open(sys.argv[1], 'a'); f.write('x'); f.close(); time.sleep(600)"
    service = ChildService(python("web", script, str(starts)))
    supervisor = Supervisor([service], patience=QUICK)
    killed: list[int] = []

    def kill_once() -> None:
        wait_until(lambda: starts.exists() and starts.read_text(encoding="ascii") == "x")
        assert service.pid is not None
        killed.append(service.pid)
        os.kill(service.pid, signal.SIGKILL)

    def look(say: str = "") -> bool:
        return starts.read_text(encoding="ascii") == "xx"

    original = service.start

    def start_then_end() -> None:
        original()
        if killed:
            wait_until(look)
            supervisor.end()

    service.start = start_then_end  # type: ignore[method-assign]
    assert supervisor.run(when_ready=kill_once) == 0
    assert gone(killed[0])
    assert not service.alive()


def test_a_child_that_cannot_be_kept_ends_all_with_one_sentence() -> None:
    said: list[str] = []
    steady = ChildService(python("steady", "import time; time.sleep(600)"))
    supervisor = Supervisor([steady, python("weak", "raise SystemExit(3)")], say=said.append, patience=QUICK)
    assert supervisor.run() == 1
    assert said == ["“weak”连续 3 次没能保持运行，平台已停止。它一启动就结束，请查看它的日志。"]
    assert not steady.alive()


def test_a_child_that_never_answers_is_an_error_of_its_own(tmp_path: Path) -> None:
    said: list[str] = []
    spec = ChildSpec(
        "web",
        "网页服务",
        [sys.executable, "-c", "print('no')"],
        {},
        ready_probe=lambda: False,
        log=tmp_path / "web.log",
    )
    assert Supervisor([spec], say=said.append).run() == 1
    assert said == [f"网页服务没有启动成功，原因记录在“{tmp_path / 'web.log'}”的末尾。"]
    assert (tmp_path / "web.log").read_text(encoding="ascii") == "no\n"


Start = Callable[[ChildSpec], ChildService]


@pytest.fixture
def started() -> Iterator[Start]:
    """Starts children, and ends them when the test is over, however it ends."""
    services: list[ChildService] = []

    def start(spec: ChildSpec) -> ChildService:
        services.append(ChildService(spec))
        services[-1].start()
        return services[-1]

    yield start
    for service in services:
        service.stop()


FAMILY = """
import os, signal, sys, time
note = lambda word: os.write(1, (word + "\\n").encode())
if os.fork() == 0:
    signal.signal(signal.SIGTERM, lambda *_: (note("worker signalled"), os._exit(0)))
    note(f"worker {os.getpid()}")
    time.sleep(600)
def end(*_):
    note("main signalled")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
note(f"main {os.getpid()}")
time.sleep(600)
"""


def read_pids(log: Path) -> dict[str, int]:
    lines = [line.split() for line in log.read_text(encoding="ascii").splitlines()] if log.exists() else []
    return {line[0]: int(line[1]) for line in lines if line[1].isdigit()}


def test_only_the_main_process_is_signalled_and_no_worker_is_left(tmp_path: Path, started: Start) -> None:
    log = tmp_path / "family.log"
    service = started(python("web", FAMILY, log=log))
    wait_until(lambda: len(read_pids(log)) == 2)
    pids = read_pids(log)
    service.stop()
    assert "main signalled" in log.read_text(encoding="ascii")
    assert "worker signalled" not in log.read_text(encoding="ascii")
    wait_until(lambda: gone(pids["main"]) and gone(pids["worker"]))


RUN = """
import sys
from pathlib import Path
from app.embedded import ports
from app.embedded.supervisor import ChildSpec, Supervisor
from app.embedded.valkey import EmbeddedValkey
valkey = EmbeddedValkey(Path(sys.argv[1]), fast=True)
child = ChildSpec("child", "子程序", [sys.executable, "-c", "import time; time.sleep(600)"], {"PATH": "/usr/bin"})
supervisor = Supervisor([valkey, child])
sys.exit(supervisor.run(when_ready=lambda: print(valkey.pid, supervisor._watched[1].service.pid, valkey.port, flush=True)))
"""


Started = tuple[subprocess.Popen[str], list[int], int]


@pytest.fixture
def supervised(open_dir: Path) -> Iterator[Started]:
    """A supervisor in a process of its own, its children's ids, and the port of its Valkey."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "platform")}
    command = [sys.executable, "-c", RUN, str(open_dir / "a")]
    with subprocess.Popen(
        command, env=env, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            one, two, port = (int(word) for word in process.stdout.readline().split())
            yield process, [one, two], port
        finally:
            process.kill()


def test_ctrl_c_ends_everything(supervised: Started) -> None:
    process, children, port = supervised
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the whole group
    assert process.wait(WAIT_SECONDS) == 0
    assert all(gone(pid) for pid in children)
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_sigterm_ends_everything(supervised: Started) -> None:
    process, children, _ = supervised
    process.send_signal(signal.SIGTERM)
    assert process.wait(WAIT_SECONDS) == 0
    assert all(gone(pid) for pid in children)


def test_children_end_with_a_killed_supervisor(supervised: Started) -> None:
    process, children, _ = supervised
    process.kill()
    process.wait()
    wait_until(lambda: all(gone(pid) for pid in children))


def get(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10) as answer:
        return str(answer.read().decode())


def test_a_killed_granian_comes_back_on_its_port_without_its_old_workers(
    tmp_path: Path, started: Start
) -> None:
    app = "import os\ndef app(environ, start):\n    start('200 OK', [])\n    return [str(os.getppid()).encode()]\n"
    (tmp_path / "says.py").write_text(app, encoding="utf-8")
    port = ports.next_free(18600)
    argv = [
        str(Path(sys.executable).with_name("granian")),
        "--interface",
        "wsgi",
        "--port",
        str(port),
        "--workers",
        "2",
    ]
    argv += [
        "--blocking-threads",
        "1",
        "--workers-kill-timeout",
        "10",
        "--working-dir",
        str(tmp_path),
        "says:app",
    ]

    def answers() -> bool:
        # An accepted connection proves little: granian listens before its workers serve, and may drop what came before.
        try:
            return get(port) != ""
        except OSError:
            return False

    spec = ChildSpec(
        "web", "网页服务", argv, {"PATH": "/usr/bin"}, answers, tmp_path / "web.log", stop_seconds=30
    )
    service = started(spec)
    first = service.pid
    assert first is not None
    assert get(port) == str(first)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: not service.alive())
    service.start()
    assert service.pid is not None
    assert {get(port) for _ in range(20)} == {str(service.pid)}
    service.stop()
    assert ports.is_free(port)
