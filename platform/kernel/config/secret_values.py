"""Reads the secrets that the settings point at. The environment may give one instead: `GJJ_<NAME>` or `GJJ_<NAME>_FILE`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from kernel.config.settings import Settings
from kernel.crypto.private_files import read_private
from kernel.db.roles import Login


def database_password(settings: Settings, login: Login, env: Mapping[str, str] = os.environ) -> str:
    """The password of a log-in role: `GJJ_DATABASE_PASSWORD_WEB` and so on, else its file."""
    name = f"DATABASE_PASSWORD_{login.removeprefix('gjj_').upper()}"
    return _text(name, settings.database.passwords / login, env)


def valkey_url(settings: Settings, env: Mapping[str, str] = os.environ) -> str:
    """The broker's address with its password: `GJJ_VALKEY_URL`, else its file."""
    return _text("VALKEY_URL", settings.valkey_url, env)


def client_secret(settings: Settings, env: Mapping[str, str] = os.environ) -> str:
    """What we show to the OIDC issuer: `GJJ_CLIENT_SECRET`, else its file."""
    return _text("CLIENT_SECRET", settings.keys.client_secret, env)


def key(path: Path) -> bytes:
    """A key of 32 bytes or more from a file of hex digits. Raises KeyFileUnsafe, or ValueError when it is no key."""
    material = bytes.fromhex(read_private(path).decode("ascii").strip())
    if len(material) < 32:
        raise ValueError(f"{path.name} holds less than 32 bytes")
    return material


def text(path: Path) -> str:
    """A password from a file of mode 0600. Raises KeyFileUnsafe."""
    return read_private(path).decode().strip()


def _text(name: str, path: Path, env: Mapping[str, str]) -> str:
    if value := env.get(f"GJJ_{name}"):
        return value
    if place := env.get(f"GJJ_{name}_FILE"):
        return text(Path(place))
    return text(path)
