"""Secrets are made once and kept; what processes build from them fits together."""

from __future__ import annotations

import stat
from pathlib import Path

from app.commands.place import show_plainly
from app.demo import settings_file
from app.demo.settings_file import DemoPorts, DemoProvince
from app.installation.installation import Installation
from app.installation.keys import make_missing
from app.installation.layout import Layout
from kernel.db.roles import Login


def demo_installation(folder: Path) -> Installation:
    settings_file.write(Layout(folder), DemoPorts(18080, 15432, 16379, 17890), DemoProvince())
    return Installation(Layout(folder).settings)


def test_secrets_are_made_once_and_never_replaced(tmp_path: Path) -> None:
    installation = demo_installation(tmp_path)
    made = make_missing(installation.settings)
    kept = {place: place.read_bytes() for place in made if place.is_file()}
    assert len(kept) >= 12
    assert make_missing(installation.settings) == []
    assert {place: place.read_bytes() for place in kept} == kept
    for place in tmp_path.joinpath("secrets").rglob("*"):
        wanted = 0o700 if place.is_dir() else 0o600
        assert stat.S_IMODE(place.stat().st_mode) == wanted, place


def test_a_lost_secret_alone_is_made_anew(tmp_path: Path) -> None:
    installation = demo_installation(tmp_path)
    make_missing(installation.settings)
    lost = installation.settings.keys.client_secret
    lost.unlink()
    assert make_missing(installation.settings) == [lost]


def test_an_installation_shows_no_secret(tmp_path: Path) -> None:
    installation = demo_installation(tmp_path)
    make_missing(installation.settings)
    password = installation.passwords()[Login.WEB]
    assert password in installation.dsn(Login.WEB)
    shown = repr(installation) + repr(installation.settings) + repr(installation.web_settings().environment)
    assert password not in shown


def test_what_goes_wrong_is_one_sentence(tmp_path: Path, capsys: object) -> None:
    missing = Installation(tmp_path / "none.toml")
    assert show_plainly(lambda: missing.settings) == 1
    err = capsys.readouterr().err  # type: ignore[attr-defined]
    assert err.count("\n") == 1
    assert "没有找到设置文件" in err
    assert "Traceback" not in err
