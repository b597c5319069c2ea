"""Authenticated encryption by suite: AES-256-GCM, or SM4-GCM where commercial-cipher rules apply.

Sealed value: `0x01 ‖ suite u8 ‖ key version u32be ‖ nonce 12 ‖ ciphertext ‖ tag 16` (34 bytes more than the
plain text).
The additional data is `framed(header 6 bytes, place)`. Nonces are random: renew a key before 2**32 values.
"""

from __future__ import annotations

import os
from enum import IntEnum
from functools import lru_cache
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kernel.crypto.errors import CannotDecrypt
from kernel.crypto.framing import framed
from kernel.crypto.tenant_key import TenantKey

FORMAT = 1
HEADER_BYTES = 6
NONCE_BYTES = 12
TAG_BYTES = 16
OVERHEAD = HEADER_BYTES + NONCE_BYTES + TAG_BYTES


class Suite(IntEnum):
    """Chosen by setting; both stay readable for ever."""

    AES_256_GCM = 1
    SM4_GCM = 2


class _Aead(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...
    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes: ...


class Sm4Gcm:
    """SM4-GCM with the calling form of `AESGCM` (16-byte key, 12-byte nonce, tag at the end)."""

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """Ciphertext followed by the 16-byte tag."""
        encryptor = Cipher(self._algorithm, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated_data or b"")
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """Raises InvalidTag when anything differs."""
        decryptor = Cipher(self._algorithm, modes.GCM(nonce, data[-TAG_BYTES:])).decryptor()
        decryptor.authenticate_additional_data(associated_data or b"")
        return decryptor.update(data[:-TAG_BYTES]) + decryptor.finalize()


@lru_cache(maxsize=512)
def _aead(key: TenantKey, suite: Suite) -> _Aead:
    if suite is Suite.SM4_GCM:
        return Sm4Gcm(key.subkey("sm4-gcm", 16, sm=True))
    return AESGCM(key.subkey("aes-256-gcm", 32))


def seal(suite: Suite, key: TenantKey, place: bytes, plaintext: bytes) -> bytes:
    """Encrypt under `key` so that it opens only at the same `place`."""
    header = bytes((FORMAT, suite)) + key.version.to_bytes(4, "big")
    nonce = os.urandom(NONCE_BYTES)
    return header + nonce + _aead(key, suite).encrypt(nonce, plaintext, framed(header, place))


def open_sealed(key: TenantKey, place: bytes, value: bytes) -> bytes:
    """The plain text. Raises CannotDecrypt for another key, place or format and for any changed byte."""
    suite, _ = read_header(value)
    nonce = value[HEADER_BYTES : HEADER_BYTES + NONCE_BYTES]
    try:
        return _aead(key, suite).decrypt(
            nonce, value[HEADER_BYTES + NONCE_BYTES :], framed(value[:HEADER_BYTES], place)
        )
    except InvalidTag:
        raise CannotDecrypt from None


def read_header(value: bytes) -> tuple[Suite, int]:
    """Suite and key version of a sealed value. Raises CannotDecrypt when it is none."""
    if len(value) < OVERHEAD or value[0] != FORMAT or value[1] not in (Suite.AES_256_GCM, Suite.SM4_GCM):
        raise CannotDecrypt
    return Suite(value[1]), int.from_bytes(value[2:HEADER_BYTES], "big")
