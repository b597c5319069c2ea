"""What must hold for the tree as a whole: names that would break imports, sizes, and words that must not stand in any file."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("tenants", "billing_budget", "shared_channels", "onboarding", "acceptance")

# A feature folder has these and nothing else; a file that grows is split by verb into a package of the same name.
PARTS = {
    *(
        "models",
        "events",
        "errors",
        "policy",
        "schemas",
        "queries",
        "service",
        "api",
        "console",
        "jobs",
        "commands",
    ),
    *("ports", "menu", "seed", "indicators"),
    "entering",  # the HTTP edge of a feature that lets people in
}
FOLDERS = {"adapters", "templates", "data"}
# Sub-rooms are folders of features: they hold features, no parts of their own.
SUB_ROOMS = {"shared_channels/sms"}
# Wire protocols, not features: their files are named for the parts of a protocol.
PROTOCOLS = {"shared_channels/sms/carriers"}

MAX_LINES = 400


def tracked() -> list[Path]:
    """Files that git knows or would add, without those that are ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [
        path for name in listed.stdout.split(b"\0") if name and (path := ROOT / os.fsdecode(name)).is_file()
    ]


def relative(paths: list[Path]) -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in paths)


def test_the_folder_platform_is_no_package() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists()


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {
        path.parent for path in tracked() if path.suffix == ".py" and path.is_relative_to(ROOT / "tests")
    }
    with_parents = folders | {
        up for folder in folders for up in folder.parents if up.is_relative_to(ROOT / "tests")
    }
    assert relative([folder for folder in with_parents if not (folder / "__init__.py").exists()]) == []


def test_no_python_file_is_long() -> None:
    def lines(path: Path) -> int:
        return len(path.read_text(encoding="utf-8").splitlines())

    python = [path for path in tracked() if path.suffix == ".py" and "migrations/versions" not in str(path)]
    assert relative([path for path in python if lines(path) > MAX_LINES]) == []


def _words(*words: str) -> list[re.Pattern[str]]:
    return [re.compile(word) for word in words]


# Put together here, so that this file does not hold what it forbids.
HOSTS = _words(
    *(
        "pypi" + r"\.org",
        "python" + r"hosted\.org",
        "registry" + r"\.npmjs",
        "npmjs" + r"\.com",
        "deb" + r"\.debian\.org",
    ),
    *(
        "repo1?" + r"\.maven",
        "maven" + r"\.org",
        "mirrors?" + r"\.(aliyun|tuna|tencent|huawei)",
        "npmmirror" + r"\.com",
    ),
)
MACHINE = _words(
    r"(^|[^A-Za-z0-9_.])/(wo" + r"rk|fa" + r"rm|ro" + r"ot|Us" + r"ers)/",
    r"(^|[^A-Za-z0-9_.])/ho" + r"me/[a-z]",
)


@pytest.mark.parametrize(
    "forbidden", [HOSTS, MACHINE], ids=["hosts of package indexes", "paths of a machine"]
)
def test_no_file_names(forbidden: list[re.Pattern[str]]) -> None:
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a font
        for number, line in enumerate(text.splitlines(), 1):
            if any(word.search(line) for word in forbidden):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert found == []


def _strangers(folder: Path) -> list[Path]:
    """What a feature folder holds besides the closed list."""
    strange = []
    for path in folder.iterdir():
        if path.name in {"__init__.py", "__pycache__"} or path.suffix == ".pyc":
            continue
        known = FOLDERS | PARTS if path.is_dir() else {f"{part}.py" for part in PARTS}
        if path.name not in known:
            strange.append(path)
    return strange


def features() -> list[Path]:
    """The feature folders of all rooms."""
    homes = [ROOT / name for name in (*ROOMS, *SUB_ROOMS)]
    folders = [path for home in homes if home.is_dir() for path in home.iterdir() if path.is_dir()]
    return [
        path
        for path in folders
        if (path / "__init__.py").exists() and str(path.relative_to(ROOT)) not in SUB_ROOMS | PROTOCOLS
    ]


def test_a_feature_has_only_the_files_of_the_closed_list() -> None:
    assert relative([path for feature in features() for path in _strangers(feature)]) == []


def test_the_closed_list_is_held(tmp_path: Path) -> None:
    for name in ("__init__.py", "service.py", "utils.py"):
        (tmp_path / name).touch()
    (tmp_path / "helpers").mkdir()
    assert sorted(path.name for path in _strangers(tmp_path)) == ["helpers", "utils.py"]


def test_a_features_init_says_what_it_is_and_holds_no_code() -> None:
    wrong = []
    for feature in features():
        body = ast.parse((feature / "__init__.py").read_text(encoding="utf-8")).body
        if len(body) != 1 or not isinstance(body[0], ast.Expr) or not isinstance(body[0].value, ast.Constant):
            wrong.append(feature)
    assert relative(wrong) == []


def test_no_module_is_named_for_nothing_in_particular() -> None:
    vague = {"utils", "util", "helpers", "helper", "misc", "manager", "managers", "common", "base_utils"}
    assert relative([path for path in tracked() if path.suffix == ".py" and path.stem in vague]) == []


# `import platform` must be the standard library's wherever Python starts.

SAY = "import json, platform; print('SAID' + json.dumps(platform.python_version() and platform.__file__))"


def _is_the_standard_librarys(file: str) -> bool:
    return Path(file).name in {"platform.py", "platform.pyc"} and not Path(file).resolve().is_relative_to(
        ROOT
    )


def _all_said(output: str) -> bool:
    """True when all processes that spoke have the standard library's module; silence is a failure."""
    lines = [line.removeprefix("SAID") for line in output.splitlines() if line.startswith("SAID")]
    assert lines, output
    return all(_is_the_standard_librarys(json.loads(line)) for line in lines)


def _run(command: list[str], cwd: Path = ROOT, **env: str) -> str:
    paths = os.pathsep.join([str(ROOT), str(ROOT / "platform")])
    whole = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PYTHONPATH": paths, **env}
    done = subprocess.run(
        command, cwd=cwd, env=whole, capture_output=True, text=True, check=False, timeout=120
    )
    return done.stdout + done.stderr


def test_import_platform_in_this_process_is_the_standard_librarys() -> None:
    import platform

    assert platform.__file__ is not None
    assert _is_the_standard_librarys(platform.__file__)


def test_import_platform_in_an_xdist_worker_is_the_standard_librarys(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(f"def test_it():\n    {SAY}\n", encoding="utf-8")
    pytest_run = [
        sys.executable,
        "-m",
        "pytest",
        "-n",
        "1",
        "-q",
        "-rP",
        "-p",
        "no:cacheprovider",
        "-c",
        os.devnull,
    ]
    output = _run([*pytest_run, "--rootdir", str(tmp_path), str(tmp_path / "test_it.py")])
    assert _all_said(output)


@pytest.mark.parametrize("start", [["-c", SAY], ["-m", "says"]], ids=["python -c", "python -m"])
def test_import_platform_in_the_folder_of_the_checkout_is_the_standard_librarys(
    tmp_path: Path, start: list[str]
) -> None:
    (tmp_path / "says.py").write_text(SAY, encoding="utf-8")
    paths = os.pathsep.join([str(ROOT), str(ROOT / "platform"), str(tmp_path)])
    assert _all_said(_run([sys.executable, *start], PYTHONPATH=paths))


PROGRAMS = {
    "granian": ["--interface", "wsgi", "--port", "0", "--blocking-threads", "1", "says:app"],
    "dramatiq": ["--help"],
    "alembic": ["--help"],
    "locust": ["--version"],
    "gjj": ["--help"],
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_import_platform_in_a_program_is_the_standard_librarys(tmp_path: Path, name: str) -> None:
    # Python runs sitecustomize at each start: at its end the program itself says which module it got.
    program = Path(sys.executable).parent / name
    assert program.exists(), f"{name} is not installed; run: make setup"
    (tmp_path / "sitecustomize.py").write_text(
        f"import atexit\natexit.register(exec, {SAY!r}, {{}})\n", encoding="utf-8"
    )
    # granian's worker imports it
    (tmp_path / "says.py").write_text(f"{SAY}\nraise SystemExit(0)\n", encoding="utf-8")
    paths = os.pathsep.join([str(tmp_path), str(ROOT), str(ROOT / "platform")])
    output = _run([str(program), *PROGRAMS[name]], PYTHONPATH=paths)
    assert _all_said(output)
