"""Ed25519 keys in private files."""

from __future__ import annotations

import hashlib
import os
import pickle
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from kernel.crypto.errors import KeyFileExists, KeyFileUnsafe
from kernel.crypto.signing import SigningKey, VerifyKey


def test_key_survives_in_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "sealer.pem"
    made = SigningKey.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = SigningKey.load(path)
    assert again.public == made.public
    assert again.public.verify(made.sign(b"message"), b"message")
    assert made.key_id == hashlib.sha256(made.public.raw).hexdigest()[:16]
    with pytest.raises(KeyFileExists):
        SigningKey.create(path)


def test_unsafe_damaged_and_other_keys_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "sealer.pem"
    SigningKey.create(path)
    os.chmod(path, 0o644)
    with pytest.raises(KeyFileUnsafe):
        SigningKey.load(path)
    other = X25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for content in (b"", b"garbage", other):
        path.write_bytes(content)
        os.chmod(path, 0o600)
        with pytest.raises(KeyFileUnsafe):
            SigningKey.load(path)
    with pytest.raises(KeyFileUnsafe):
        SigningKey.load(tmp_path / "nowhere.pem")


def test_every_flipped_bit_of_a_signature_is_refused() -> None:
    key = SigningKey.generate()
    signature = key.sign(b"message")
    for place in range(64):
        changed = signature[:place] + bytes((signature[place] ^ 1 << place % 8,)) + signature[place + 1 :]
        assert not key.public.verify(changed, b"message")
    assert not key.public.verify(signature, b"massage")
    assert not key.public.verify(b"", b"message")
    assert not SigningKey.generate().public.verify(signature, b"message")


def test_public_key_travels_as_hex_and_private_one_not_at_all() -> None:
    key = SigningKey.generate()
    assert VerifyKey.from_hex(key.public.hex) == key.public
    assert len({key.public, VerifyKey.from_hex(key.public.hex)}) == 1
    assert repr(key) == f"<SigningKey {key.key_id}>"
    assert repr(key.public) == f"<VerifyKey {key.key_id}>"
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(key)
    with pytest.raises(ValueError, match="32"):
        VerifyKey(b"short")
