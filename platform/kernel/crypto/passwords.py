"""Password hashes by Argon2id. An unknown user costs the same work as a known one, so time tells nothing."""

from __future__ import annotations

import os
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from kernel.crypto.secret import RevealPurpose, Secret, reveal

LONGEST = 256
"""Characters accepted; longer ones are refused before any work."""

# 32 MiB and two passes lie above the OWASP floor (19 MiB, 2) and bound the memory of 64 log-ins at once to 2
# GiB.
_HASHER = PasswordHasher(time_cost=2, memory_cost=32 * 1024, parallelism=1, hash_len=32, salt_len=16)


def hash_password(password: Secret[str]) -> str:
    """The encoded hash to store. Raises ValueError for an empty or over-long password."""
    text = _text(password)
    if not 0 < len(text) <= LONGEST:
        raise ValueError("a password has 1 to 256 characters")
    return _HASHER.hash(text)


def verify_password(stored: str | None, password: Secret[str]) -> bool:
    """True when it matches. `None` stands for an unknown user:
    the work is done all the same, the answer is False.
    """
    text = _text(password)
    known = stored is not None and len(text) <= LONGEST
    try:
        _HASHER.verify(stored if known and stored else _nobody(), text[:LONGEST])
    except (Argon2Error, InvalidHashError):
        return False
    return True


def needs_rehash(stored: str) -> bool:
    """True when the hash was made with other parameters: hash anew after the next successful log-in."""
    try:
        return _HASHER.check_needs_rehash(stored)
    except InvalidHashError:
        return True


@cache
def _nobody() -> str:
    return _HASHER.hash(os.urandom(32))


def _text(password: Secret[str]) -> str:
    return unicodedata.normalize("NFKC", reveal(password, RevealPurpose.PASSWORD_CHECK))
