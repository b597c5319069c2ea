"""The long forms of the checks (`make drill`): parts that take minutes or need Debian's packages.

A part that could not run is "not verified" and the drill fails: a check that did not run is never green (rule R17).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PASSED, FAILED, NOT_VERIFIED = "passed", "FAILED", "not verified"


def _pytest(*arguments: str, **environment: str) -> str:
    command = [sys.executable, "-m", "pytest", "-q", *arguments]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False)
    return PASSED if done.returncode == 0 else FAILED


def pool() -> str:
    """200,000 check-outs of a pool with forgotten contexts and broken transactions."""
    return _pytest("tests/isolation/test_pool.py", GJJ_LONG="1")


def dissector() -> str:
    """tshark reads our CMPP 3.0 and SMPP traffic."""
    if shutil.which("tshark") is None and not _installed("tshark"):
        return NOT_VERIFIED
    return _pytest("tests/shared_channels/sms/carriers/test_dissector.py")


def sabotage() -> str:
    """Planted defects are found by the tests that should find them."""
    done = subprocess.run([sys.executable, "tools/sabotage.py"], cwd=ROOT, check=False)
    return PASSED if done.returncode == 0 else FAILED


PARTS: dict[str, Callable[[], str]] = {"pool": pool, "dissector": dissector, "sabotage": sabotage}


def main() -> int:
    """0 when every chosen part passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help=", ".join(PARTS))
    chosen = parser.parse_args().parts or list(PARTS)
    results = []
    for name in chosen:
        begin = time.monotonic()
        result = PARTS[name]()
        results.append(result)
        print(f"{name}: {result}, {time.monotonic() - begin:.0f} s", flush=True)
    return 0 if set(results) == {PASSED} else 1


def _installed(package: str) -> bool:
    """Whether it could be installed: only as root on a Debian."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": False}
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update"], env=environment, **quiet)  # type: ignore[call-overload]
    subprocess.run(["apt-get", "install", "-y", package], env=environment, **quiet)  # type: ignore[call-overload]
    return shutil.which(package) is not None


if __name__ == "__main__":
    sys.exit(main())
