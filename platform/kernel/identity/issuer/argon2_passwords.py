"""The password port on the kernel's Argon2id: equal work for known and unknown names is its promise."""

from __future__ import annotations

from kernel.crypto.passwords import hash_password, verify_password
from kernel.crypto.secret import Secret


class Argon2Passwords:
    """What `create_issuer` gets outside tests."""

    def hash(self, password: str) -> str:
        return hash_password(Secret(password))

    def verify(self, password_hash: str | None, password: str) -> bool:
        return verify_password(password_hash, Secret(password))
