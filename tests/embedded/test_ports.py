"""Two platforms that start together never choose the same port."""

from __future__ import annotations

import socket
import subprocess
import sys

from app.embedded import ports

START = 28_100
HOLD = f"from app.embedded import ports; print(ports.hold_free({START}), flush=True); input()"


def test_a_port_set_aside_is_not_given_to_another_process() -> None:
    def start() -> subprocess.Popen[str]:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        return subprocess.Popen([sys.executable, "-c", HOLD], **pipes)  # type: ignore[call-overload,no-any-return]

    one, two = start(), start()
    chosen = [process.stdout.readline().strip() for process in (one, two) if process.stdout]
    for process in (one, two):
        process.communicate("\n", timeout=10)
    assert len(set(chosen)) == 2
    assert all(port.isdigit() for port in chosen)


def test_a_port_that_is_listened_on_is_passed_over() -> None:
    with socket.socket() as listener:
        listener.bind((ports.HOST, 0))
        listener.listen()
        assert ports.hold(listener.getsockname()[1]) is False
