"""Argon2id hashes, and the same work for people who do not exist."""

from __future__ import annotations

import time
from unittest import mock

import pytest
from argon2 import PasswordHasher

from kernel.crypto import passwords
from kernel.crypto.passwords import hash_password, needs_rehash, verify_password
from kernel.crypto.secret import Secret

WORD = Secret("正确的口令 2026")


@pytest.fixture(scope="module")
def stored() -> str:
    return hash_password(WORD)


def test_only_the_right_password_passes(stored: str) -> None:
    assert stored.startswith("$argon2id$v=19$m=32768,t=2,p=1$")
    assert verify_password(stored, WORD)
    assert verify_password(stored, Secret("正确的口令 ２０２６"))
    for wrong in ("", "正确的口令", "x" * 300):
        assert not verify_password(stored, Secret(wrong))
    assert hash_password(WORD) != stored


def test_unknown_person_costs_one_check_and_never_passes(stored: str) -> None:
    with mock.patch.object(passwords, "_HASHER", wraps=passwords._HASHER) as hasher:
        verify_password(None, WORD)
        hasher.verify.reset_mock()
        assert not verify_password(None, WORD)
        assert hasher.verify.call_count == 1
        assert not verify_password(stored, Secret("y" * 257))
        assert hasher.verify.call_count == 2


def test_time_for_unknown_and_known_is_of_one_size(stored: str) -> None:
    verify_password(None, WORD)

    def best(value: str | None) -> float:
        times = []
        for _ in range(5):
            start = time.perf_counter()
            verify_password(value, Secret("wrong"))
            times.append(time.perf_counter() - start)
        return min(times)

    assert 0.1 < best(None) / best(stored) < 10


def test_damaged_hashes_do_not_pass_and_are_made_anew(stored: str) -> None:
    for damaged in ("", "plain", stored[:-3], "$argon2id$v=19$m=1"):
        assert not verify_password(damaged, WORD)
    assert needs_rehash("plain")
    assert needs_rehash(PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("x"))
    assert not needs_rehash(stored)


@pytest.mark.parametrize("text", ["", "x" * 257])
def test_empty_and_endless_passwords_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="1 to 256"):
        hash_password(Secret(text))
