"""Sealed fields: known answers, binding to the place, versions, and every changed byte."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kernel.crypto.envelope import FieldCipher, FieldPlace
from kernel.crypto.errors import CannotDecrypt, KeyMissing
from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import Secret
from kernel.crypto.suites import OVERHEAD, Sm4Gcm, Suite
from kernel.crypto.tenant_key import KeyPurpose
from tests.crypto.keys import OURS, THEIRS, keyring_in, tenant_key

PLACE = FieldPlace(OURS, "depositor", "id_number", UUID(int=7))
PHONE = Secret("16000000001", MaskKind.PHONE)


def test_sm3_known_answer() -> None:
    digest = hashes.Hash(hashes.SM3())
    digest.update(b"abc")
    assert digest.finalize().hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_sm4_known_answer() -> None:
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    encryptor = Cipher(algorithms.SM4(key), modes.ECB()).encryptor()  # noqa: S305 - GB/T 32907 A.1 is one block
    assert encryptor.update(key).hex() == "681edf34d206965e86b3e94f536e4246"


def test_sm4_gcm_known_answer() -> None:
    """RFC 8998 appendix A.1."""
    cipher = Sm4Gcm(bytes.fromhex("0123456789abcdeffedcba9876543210"))
    nonce, data = (
        bytes.fromhex("00001234567800000000abcd"),
        bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
    )
    plain = b"".join(bytes((byte,)) * 8 for byte in bytes.fromhex("aabbccddeeffeeaa"))
    expected = bytes.fromhex(
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec"
    )
    assert cipher.encrypt(nonce, plain, data) == expected
    assert cipher.decrypt(nonce, expected, data) == plain
    with pytest.raises(InvalidTag):
        cipher.decrypt(nonce, expected, data + b"\0")


def test_aes_256_gcm_known_answer() -> None:
    """NIST GCM test case 14."""
    sealed = AESGCM(bytes(32)).encrypt(bytes(12), bytes(16), None)
    assert sealed.hex() == "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"


@pytest.mark.parametrize("suite", list(Suite))
def test_value_has_the_documented_layout(suite: Suite, tmp_path: Path) -> None:
    cipher = FieldCipher([tenant_key(keyring_in(tmp_path), version=258)], suite)
    value = cipher.encrypt(PLACE, b"abc")
    assert value[:6] == bytes((1, suite, 0, 0, 1, 2))
    assert len(value) == OVERHEAD + 3 == 37
    assert cipher.encrypt(PLACE, b"abc") != value
    assert cipher.decrypt(PLACE, value) == b"abc"


def test_place_has_the_documented_bytes() -> None:
    expected = "0000000c" + b"gjj.field.v1".hex() + "00000010" + OURS.hex + "00000009" + b"depositor".hex()
    expected += "00000009" + b"id_number".hex() + "00000010" + UUID(int=7).hex
    assert PLACE.additional_data().hex() == expected


@pytest.mark.parametrize("suite", list(Suite))
def test_value_opens_only_where_it_was_sealed(suite: Suite, tmp_path: Path) -> None:
    cipher = FieldCipher([tenant_key(keyring_in(tmp_path))], suite)
    value = cipher.seal(PLACE, PHONE)
    elsewhere = [
        replace(PLACE, table="employer"),
        replace(PLACE, column="phone"),
        replace(PLACE, row_id=UUID(int=8)),
    ]
    elsewhere += [replace(PLACE, table="depositori", column="d_number")]
    for place in elsewhere:
        with pytest.raises(CannotDecrypt):
            cipher.decrypt(place, value)
    for call in (lambda place: cipher.encrypt(place, b""), lambda place: cipher.decrypt(place, value)):
        with pytest.raises(ValueError, match="another tenant"):
            call(replace(PLACE, tenant_id=THEIRS))


@pytest.mark.parametrize("suite", list(Suite))
def test_every_flipped_or_cut_byte_is_refused(suite: Suite, tmp_path: Path) -> None:
    cipher = FieldCipher([tenant_key(keyring_in(tmp_path))], suite)
    value = cipher.seal(PLACE, PHONE)
    for place in range(len(value)):
        for changed in (
            value[:place],
            value[:place] + bytes((value[place] ^ 1 << place % 8,)) + value[place + 1 :],
        ):
            with pytest.raises((CannotDecrypt, KeyMissing)):
                cipher.decrypt(PLACE, changed)


def test_other_suite_with_the_same_key_does_not_open(tmp_path: Path) -> None:
    cipher = FieldCipher([tenant_key(keyring_in(tmp_path))], Suite.AES_256_GCM)
    value = cipher.seal(PLACE, PHONE)
    with pytest.raises(CannotDecrypt):
        cipher.decrypt(PLACE, value[:1] + bytes((Suite.SM4_GCM,)) + value[2:])


def test_two_live_versions_and_both_suites_are_read_and_renewed(tmp_path: Path) -> None:
    ring = keyring_in(tmp_path)
    old, new = tenant_key(ring, version=1), tenant_key(ring, version=2)
    before = FieldCipher([old], Suite.AES_256_GCM).seal(PLACE, PHONE)
    cipher = FieldCipher([old, new], Suite.SM4_GCM)
    assert cipher.current == 2
    assert cipher.open(PLACE, before, MaskKind.PHONE) == PHONE
    assert not cipher.is_current(before)
    after = cipher.seal(PLACE, cipher.open(PLACE, before, MaskKind.PHONE))
    assert cipher.is_current(after)
    assert cipher.open(PLACE, after, MaskKind.PHONE) == PHONE
    shredded = FieldCipher([new], Suite.SM4_GCM)
    assert shredded.open(PLACE, after, MaskKind.PHONE) == PHONE
    with pytest.raises(KeyMissing):
        shredded.decrypt(PLACE, before)
    assert not FieldCipher([old, new], Suite.SM4_GCM, current=1).is_current(after)


def test_keys_of_two_tenants_or_of_another_purpose_are_refused(tmp_path: Path) -> None:
    ring = keyring_in(tmp_path)
    with pytest.raises(ValueError, match="one tenant"):
        FieldCipher([tenant_key(ring), tenant_key(ring, THEIRS, version=2)], Suite.AES_256_GCM)
    with pytest.raises(ValueError, match="one tenant"):
        FieldCipher([tenant_key(ring, purpose=KeyPurpose.INDEX)], Suite.AES_256_GCM)
    with pytest.raises(KeyMissing):
        FieldCipher([], Suite.AES_256_GCM)


def test_opened_text_shows_its_mask(tmp_path: Path) -> None:
    cipher = FieldCipher([tenant_key(keyring_in(tmp_path))], Suite.AES_256_GCM)
    assert str(cipher.open(PLACE, cipher.seal(PLACE, PHONE), MaskKind.PHONE)) == "160****0001"
