"""Blind indexes: equal values meet, tenants, fields and keys do not."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes

from kernel.crypto.blind_index import (
    BlindIndex,
    IndexAlgorithm,
    IndexedField,
    normalise_code,
    normalise_phone,
)
from kernel.crypto.errors import KeyMissing
from kernel.crypto.framing import framed
from kernel.crypto.secret import Secret
from kernel.crypto.tenant_key import KeyPurpose
from tests.crypto.keys import OURS, THEIRS, keyring_in, tenant_key

PHONE = Secret("16000000001")
WIDE = "".join(chr(0xFF10 + int(digit)) for digit in "16000000001")


@pytest.mark.parametrize(
    "spelling",
    [
        "16000000001", " 160 0000 0001 ", "160-0000-0001", "+86 16000000001", "008616000000001",
        "8616000000001", WIDE, "+86-160-0000-0001", "\uff0b86" + WIDE,
    ],
)  # fmt: skip
def test_spellings_of_one_phone_are_one_value(spelling: str) -> None:
    assert normalise_phone(spelling) == "16000000001"


@pytest.mark.parametrize("text", ["05318600000", "86000000", "861600000000", "8612345"])
def test_other_numbers_keep_their_digits(text: str) -> None:
    assert normalise_phone(text) == text


def test_codes_are_half_width_and_upper_case() -> None:
    assert normalise_code(" 379900 19900101 001ｘ ") == "37990019900101001X"


@pytest.mark.parametrize("algorithm", list(IndexAlgorithm))
def test_equal_values_meet_and_others_do_not(algorithm: IndexAlgorithm, tmp_path: Path) -> None:
    ring = keyring_in(tmp_path)
    mine = BlindIndex([tenant_key(ring, purpose=KeyPurpose.INDEX)], algorithm)
    theirs = BlindIndex([tenant_key(ring, THEIRS, KeyPurpose.INDEX)], algorithm)
    known = mine.of(IndexedField.PHONE, PHONE)
    assert len(known) == 32
    assert mine.of(IndexedField.PHONE, Secret("+86 160-0000-0001")) == known
    others = [
        mine.of(IndexedField.PHONE, Secret("16000000002")),
        mine.of(IndexedField.ID_NUMBER, PHONE),
        mine.of(IndexedField.USCC, PHONE),
        theirs.of(IndexedField.PHONE, PHONE),
    ]
    assert len({known, *others}) == 5
    assert b"16000000001" not in known


def test_the_hash_is_the_standard_hmac(tmp_path: Path) -> None:
    key = tenant_key(keyring_in(tmp_path), purpose=KeyPurpose.INDEX)
    message = framed(b"gjj.bidx.v1", b"phone", b"16000000001")
    sha = hmac.new(key.subkey("hmac-sha256", 32), message, hashlib.sha256).digest()
    assert BlindIndex([key]).of(IndexedField.PHONE, PHONE) == sha
    padded = key.subkey("hmac-sm3", 32, sm=True) + bytes(32)
    inner = _sm3(bytes(byte ^ 0x36 for byte in padded) + message)
    sm3 = _sm3(bytes(byte ^ 0x5C for byte in padded) + inner)
    assert BlindIndex([key], IndexAlgorithm.HMAC_SM3).of(IndexedField.PHONE, PHONE) == sm3


def test_two_live_keys_find_old_and_new_rows(tmp_path: Path) -> None:
    ring = keyring_in(tmp_path)
    old, new = (tenant_key(ring, OURS, KeyPurpose.INDEX, version) for version in (1, 2))
    stored = BlindIndex([old]).of(IndexedField.PHONE, PHONE)
    both = BlindIndex([old, new])
    assert both.candidates(IndexedField.PHONE, PHONE) == [both.of(IndexedField.PHONE, PHONE), stored]
    assert both.of(IndexedField.PHONE, PHONE) != stored


def test_nothing_and_foreign_keys_are_refused(tmp_path: Path) -> None:
    ring = keyring_in(tmp_path)
    index = BlindIndex([tenant_key(ring, purpose=KeyPurpose.INDEX)])
    with pytest.raises(ValueError, match="nothing to index"):
        index.of(IndexedField.PHONE, Secret(" - "))
    with pytest.raises(ValueError, match="one tenant"):
        BlindIndex([tenant_key(ring)])
    with pytest.raises(KeyMissing):
        BlindIndex([])


def _sm3(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SM3())
    digest.update(data)
    return digest.finalize()
