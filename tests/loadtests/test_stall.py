"""The harness itself: a server that stalls for a while must show, although nobody waited for anybody."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

STALL_S = 2.0
RATE, SECONDS = 40, 6
_PAGE = b'<a href="/c/C99010/items/T01">x</a><a href="/m/C99010/items/T01">x</a>'


class _Site(ThreadingHTTPServer):
    """Answers at once, but for a while it answers nobody."""

    daemon_threads = True
    stall: tuple[float, float] = (0.0, 0.0)
    broken = False


class _Answer(BaseHTTPRequestHandler):
    server: _Site
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        begin, end = self.server.stall
        if begin <= time.monotonic() < end:
            time.sleep(end - time.monotonic())
        self.send_response(500 if self.server.broken else 200)
        self.send_header("Content-Length", str(len(_PAGE)))
        self.end_headers()
        self.wfile.write(_PAGE)

    def log_message(self, *args: object) -> None:
        """Keep quiet."""


@contextmanager
def _site(folder: Path) -> Iterator[_Site]:
    site = _Site(("127.0.0.1", 0), _Answer)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    account = {"username": "u", "password": "p", "role": "clerk", "tenant": "C99010"}
    note = {"base_url": f"http://127.0.0.1:{site.server_address[1]}", "accounts": [account]}
    (folder / "demo.json").write_text(json.dumps(note))
    (folder / "budget.yaml").write_text(
        "operations:\n  catalogue: {p95_ms: 500, p99_ms: 800}\n  phone_home: {p95_ms: 500, p99_ms: 800}\n"
        "  staff_sign_in: {p95_ms: 500, p99_ms: 800, samples: 0, failures: 1}\n"
    )
    try:
        yield site
    finally:
        site.shutdown()
        site.server_close()


def _load(folder: Path, *, workers: int = 200) -> tuple[int, dict[str, Any], str]:
    options = [
        "--demo",
        str(folder),
        "--rate",
        str(RATE),
        "--seconds",
        str(SECONDS),
        "--workers",
        str(workers),
    ]
    options += ["--budget", str(folder / "budget.yaml"), "--json", str(folder / "out.json")]
    done = subprocess.run(
        [sys.executable, "-m", "loadtests", *options], capture_output=True, text=True, timeout=60, check=False
    )
    return done.returncode, json.loads((folder / "out.json").read_text()), done.stdout


def _whole(result: dict[str, Any], name: str) -> tuple[int, float]:
    rows = [row for row in result["series"] if row["operation"] == name]
    return sum(row["count"] for row in rows), max(row["p99_ms"] for row in rows)


def test_a_quiet_server_keeps_its_budget(tmp_path: Path) -> None:
    with _site(tmp_path):
        code, result, words = _load(tmp_path)
    assert code == 0, words
    assert result["passed"] is True
    assert "结论：符合预算" in words
    assert sum(row["count"] for row in result["series"]) > RATE * SECONDS * 0.7


@pytest.mark.parametrize("workers", [200, 4], ids=["many workers", "fewer workers than the stall holds up"])
def test_a_stall_shows_in_every_operation_it_held_up(tmp_path: Path, workers: int) -> None:
    """A closed loop of 4 workers would count 4 slow answers; here everybody who was meant to start counts."""
    with _site(tmp_path) as site:
        begin = time.monotonic() + 4.0
        site.stall = (begin, begin + STALL_S)
        code, result, words = _load(tmp_path, workers=workers)
    assert code == 1, words
    assert result["passed"] is False
    _, p99 = _whole(result, "phone_home")
    assert p99 > STALL_S * 1000 * 0.6, words
    held_up = sum(1 for row in result["series"] if row["p95_ms"] > 500)
    assert held_up > 0
    assert "不通过" in words


def test_failures_and_a_dead_server_are_no_fast_answers(tmp_path: Path) -> None:
    with _site(tmp_path) as site:
        site.broken = True
        code, result, _ = _load(tmp_path)
    assert code == 1
    assert all(
        row["failures"].get("HTTP 500") == row["count"]
        for row in result["series"]
        if "sign_in" not in row["operation"]
    )


def test_no_load_goes_to_a_stranger(tmp_path: Path) -> None:
    (tmp_path / "demo.json").write_text(json.dumps({"base_url": "https://gjj.example.cn", "accounts": []}))
    done = subprocess.run(
        [sys.executable, "-m", "loadtests", "--demo", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "不是本机" in done.stdout
