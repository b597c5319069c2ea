"""Makes the secrets of an installation, each once: a key that is there is never replaced, because data depend on it."""

from __future__ import annotations

import secrets as random
from pathlib import Path

from kernel.config.settings import Settings
from kernel.crypto.errors import KeyFileExists
from kernel.crypto.keyring import Keyring
from kernel.crypto.private_files import make_private_folder, write_private
from kernel.crypto.signing import SigningKey
from kernel.db.roles import Login

KEY_BYTES = 32


def make_missing(settings: Settings) -> list[Path]:
    """Create every key and password that is not there yet. Returns what was made; the broker's address is not ours to make."""
    keys = settings.keys
    made = [place for place in (keys.context, keys.web, keys.index, keys.bell, keys.issuer) if _key(place)]
    made += [place for place in (keys.client_secret,) if _password(place)]
    made += [
        settings.database.passwords / login
        for login in Login
        if _password(settings.database.passwords / login)
    ]
    made += [line.secret for line in settings.lines if _password(line.secret, 12)]
    for place in (keys.audit, keys.evidence):
        if not place.exists():
            make_private_folder(place.parent)
            SigningKey.create(place)
            made.append(place)
    if not keys.keyring.exists():
        Keyring.create(keys.keyring)
        made.append(keys.keyring)
    return made


def _key(place: Path) -> bool:
    return _write(place, random.token_hex(KEY_BYTES))


def _password(place: Path, size: int = 32) -> bool:
    return _write(place, random.token_urlsafe(size))


def _write(place: Path, value: str) -> bool:
    if place.exists():
        return False
    make_private_folder(place.parent)
    try:
        write_private(place, value.encode() + b"\n")
    except KeyFileExists:
        return False
    return True
