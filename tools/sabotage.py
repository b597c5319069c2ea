"""Plants known defects, one at a time, in a scratch copy and sees that the named test goes red (`make sabotage`).

Defects are data (`tests/sabotage.yaml`): file, search, replace, test. A defect whose text is gone, or whose test does not run green
without it, is a fault of the list and ends the run as well. The last line reads `killed N/N`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from queue import Queue

import yaml

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "tests" / "sabotage.yaml"
SECONDS = 240
TESTS_FAILED = 1
"""What pytest ends with when tests ran and failed; every other end but 0 is a fault of the list."""


@dataclass(frozen=True)
class Defect:
    """One planted mistake. `search` occurs exactly once in `file`; `test` is what must go red."""

    name: str
    file: str
    search: str
    replace: str
    test: str


def main() -> int:
    """0 when every defect was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="names that contain this text")
    parser.add_argument("--jobs", type=int, default=2, help="scratch copies at work at the same time")
    chosen = parser.parse_args()
    defects = [each for each in read(LIST) if not chosen.only or chosen.only in each.name]
    with tempfile.TemporaryDirectory(prefix="gjj-sabotage-") as folder:
        copies = [_copy(Path(folder) / str(number)) for number in range(chosen.jobs)]
        red = _red_without(copies, defects)
        if red:
            print("these tests are red without any defect:", *sorted(red), sep="\n  ", file=sys.stderr)
            return 2
        results = _in_parallel(copies, defects, _plant)
    return _tell(list(zip(defects, results, strict=True)))


def read(file: Path) -> list[Defect]:
    """The list. Raises ValueError for an entry that is not of the form."""
    wanted = {each.name for each in fields(Defect)}
    defects = []
    for entry in yaml.safe_load(file.read_text(encoding="utf-8")):
        if set(entry) != wanted or not all(isinstance(value, str) for value in entry.values()):
            raise ValueError(f"not a defect: {entry}")
        defects.append(Defect(**entry))
    names = [each.name for each in defects]
    if len(set(names)) != len(names):
        raise ValueError("two defects have one name")
    return defects


def _copy(target: Path) -> Path:
    """What git knows of, as it stands now, and the built assets."""
    target.mkdir(parents=True)
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    vendor = Path("platform/app/static/vendor")
    if (ROOT / vendor).exists():
        shutil.copytree(ROOT / vendor, target / vendor, dirs_exist_ok=True)
    return target


def _red_without(copies: list[Path], defects: list[Defect]) -> set[str]:
    tests = sorted({each.test for each in defects})
    codes = _in_parallel(copies, tests, lambda copy, test: _run(copy, test))
    return {test for test, code in zip(tests, codes, strict=True) if code != 0}


def _plant(copy: Path, defect: Defect) -> str:
    file = copy / defect.file
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    if text.count(defect.search) != 1:
        return "text not found once"
    begin = time.monotonic()
    with _changed(file, text.replace(defect.search, defect.replace)):
        code = _run(copy, defect.test)
    taken = f"{time.monotonic() - begin:.0f} s"
    return (
        f"killed, {taken}" if code == TESTS_FAILED else "SURVIVED" if code == 0 else f"did not run ({code})"
    )


@contextmanager
def _changed(file: Path, text: str) -> Iterator[None]:
    before = file.read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    try:
        yield
    finally:
        file.write_text(before, encoding="utf-8")


def _run(copy: Path, test: str) -> int:
    """pytest's end, in the copy: its packages come before those of the environment."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(copy), str(copy / "platform")]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        *test.split(),
    ]
    try:
        done = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return TESTS_FAILED  # a defect that hangs is seen
    return done.returncode


def _in_parallel(copies: list[Path], items, work):  # type: ignore[no-untyped-def]
    free: Queue[Path] = Queue()
    for copy in copies:
        free.put(copy)

    def one(item):  # type: ignore[no-untyped-def]
        copy = free.get()
        try:
            return work(copy, item)
        finally:
            free.put(copy)

    with ThreadPoolExecutor(len(copies)) as pool:
        return list(pool.map(one, items))


def _tell(results: list[tuple[Defect, str]]) -> int:
    width = max(len(defect.name) for defect, _ in results)
    for defect, result in results:
        print(f"{defect.name:<{width}}  {result:<20}  {defect.test}")
    killed = sum(result.startswith("killed") for _, result in results)
    print(f"killed {killed}/{len(results)}")
    return 0 if killed == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
