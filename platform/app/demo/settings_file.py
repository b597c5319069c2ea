"""Writes the demo's `gjj.toml`: the same form that an operator writes for `gjj up`, so every process reads one thing."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from typing import Any

from app.embedded import place
from app.installation.layout import Layout

DATABASE = "gjj"
LINE = {
    "name": "回环线路",
    "protocol": "cmpp30",
    "account": "901234",
    "carrier": "cmcc",
    "source": "12329",
}


@dataclass(frozen=True)
class DemoPorts:
    """Where the demo's servers listen on 127.0.0.1."""

    web: int
    postgres: int
    valkey: int
    carrier: int
    phone: int = 17990


@dataclass(frozen=True)
class DemoProvince:
    """The demo's province."""

    code: str = "C37000"
    name_zh: str = "示例省住房和城乡建设厅"
    short_name_zh: str = "示例省"


def write(layout: Layout, ports: DemoPorts, province: DemoProvince) -> None:
    """Replace the file in one step. Places are relative, so that the folder may be moved."""
    text = "\n".join(
        (
            "# 由 gjj demo 在每次启动时写入；其中的位置相对于本文件夹。",
            f'environment = "demo"\nbase_url = "{base_url(ports.web)}"',
            f"\n[province]\ncode = {_q(province.code)}\nname = {_q(province.name_zh)}",
            f"short_name = {_q(province.short_name_zh)}",
            f"\n[web]\nport = {ports.web}",
            f'\n[database]\nhost = "127.0.0.1"\nport = {ports.postgres}\nname = "{DATABASE}"\nsslmode = "disable"',
            '\n[issuer]\nkind = "embedded"\nsecond_factor = false',
            f'\n[[lines]]\nname = {_q(LINE["name"])}\nprotocol = {_q(LINE["protocol"])}\nhost = "127.0.0.1"',
            f'port = {ports.carrier}\naccount = {_q(LINE["account"])}\nsecret_file = "secrets/carrier-secret"',
            f"carrier = {_q(LINE['carrier'])}\nsource = {_q(LINE['source'])}\nsend_reference = true\nwindow = 32",
            "",
        )
    )
    place.write_private(layout.settings, text)


def former(layout: Layout) -> dict[str, Any]:
    """What the last start wrote; empty when there was none or it can't be read."""
    try:
        return tomllib.loads(layout.settings.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return {}


def base_url(port: int) -> str:
    """The demo's address."""
    return f"http://127.0.0.1:{port}"


def _q(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
