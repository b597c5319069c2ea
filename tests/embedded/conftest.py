"""Folders as operators choose them, and a Python that an ordinary user can run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534


def clean(base: Path) -> None:
    """Delete ``base`` and every folder that a file ``place`` below it names."""
    for pointer in base.rglob("place"):
        if pointer.is_file():
            shutil.rmtree(pointer.read_text(encoding="utf-8").strip(), ignore_errors=True)
    shutil.rmtree(base, ignore_errors=True)


@pytest.fixture
def open_dir() -> Iterator[Path]:
    """A folder anyone may enter, on a path with a space and Chinese characters."""
    base = Path(tempfile.mkdtemp(prefix="gjj-test-"))
    base.chmod(0o755)
    folder = base / "公积金 数据"
    folder.mkdir(mode=0o755)
    yield folder
    clean(base)


@pytest.fixture
def closed_dir() -> Iterator[Path]:
    """A folder below one that only its owner may enter, as root's home is."""
    base = Path(tempfile.mkdtemp(prefix="gjj-test-"))
    base.chmod(0o700)
    folder = base / "家 目录"
    folder.mkdir(mode=0o755)
    yield folder
    clean(base)


@pytest.fixture
def as_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root lends its servers another account")


@pytest.fixture
def ordinary_python(as_root: None) -> list[str]:
    """The start of a command line: Python as an ordinary user, with the platform importable."""
    switch = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "env", "-i"]
    switch += [f"PYTHONPATH={ROOT / 'platform'}{os.pathsep}{_site()}", "PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"]
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        probe = [
            *switch,
            python,
            "-c",
            "import sys, app.embedded.postgres; sys.exit(sys.version_info < (3, 11))",
        ]
        if subprocess.run(probe, cwd="/", capture_output=True, check=False).returncode == 0:
            return [*switch, python]
    return pytest.skip("no Python 3.11 on this machine that an ordinary user may run")


def _site() -> Path:
    return Path(psycopg.__file__).parents[1]
