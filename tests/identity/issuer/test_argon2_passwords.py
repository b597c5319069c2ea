"""The password port on the real hash."""

from __future__ import annotations

from kernel.identity.issuer.argon2_passwords import Argon2Passwords
from tests.identity.issuer.world import GOOD_PASSWORD


def test_a_hash_opens_for_its_password_only() -> None:
    passwords = Argon2Passwords()
    stored = passwords.hash(GOOD_PASSWORD)

    assert stored.startswith("$argon2id$")
    assert passwords.verify(stored, GOOD_PASSWORD)
    assert not passwords.verify(stored, GOOD_PASSWORD.lower())
    assert not passwords.verify(None, GOOD_PASSWORD)
