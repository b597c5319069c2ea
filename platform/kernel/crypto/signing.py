"""Ed25519 signatures with keys in files of mode 0600.
The key id is the first 16 hex digits of SHA-256(public key).
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NoReturn, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from kernel.crypto.errors import KeyFileUnsafe
from kernel.crypto.private_files import read_private, write_private

PUBLIC_BYTES = 32
SIGNATURE_BYTES = 64


class VerifyKey:
    """A public key; may be printed, published and compared."""

    __slots__ = ("_key", "key_id", "raw")

    def __init__(self, raw: bytes) -> None:
        """Raises ValueError unless `raw` has 32 bytes."""
        self._key = Ed25519PublicKey.from_public_bytes(raw)
        self.raw = raw
        self.key_id = hashlib.sha256(raw).hexdigest()[:16]

    @classmethod
    def from_hex(cls, text: str) -> Self:
        """From the 64 hex digits that `hex` gives."""
        return cls(bytes.fromhex(text))

    @property
    def hex(self) -> str:
        """64 lower-case hex digits."""
        return self.raw.hex()

    def verify(self, signature: bytes, message: bytes) -> bool:
        """True when this key signed exactly these bytes. Never raises for a bad signature."""
        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def __eq__(self, other: object) -> bool:
        return isinstance(other, VerifyKey) and self.raw == other.raw

    def __hash__(self) -> int:
        return hash(self.raw)

    def __repr__(self) -> str:
        return f"<VerifyKey {self.key_id}>"


class SigningKey:
    """A private key in memory. Give every kind of message its own domain tag before signing it."""

    __slots__ = ("_key", "public")

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = VerifyKey(key.public_key().public_bytes_raw())

    @classmethod
    def generate(cls) -> Self:
        """A key that is not kept: for tests and rehearsals."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make a key and keep it at `path` (PKCS 8 PEM, 0600). Raises KeyFileExists."""
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_private(path, pem)
        return cls(key)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the key. Raises KeyFileUnsafe when the file is open to others or holds no Ed25519 key."""
        try:
            key = serialization.load_pem_private_key(read_private(path), password=None)
        except (ValueError, TypeError):
            raise KeyFileUnsafe(f"签名密钥文件“{path.name}”内容不完整，请从备份恢复。") from None
        if not isinstance(key, Ed25519PrivateKey):
            raise KeyFileUnsafe(f"签名密钥文件“{path.name}”不是所需的种类，请核对。")
        return cls(key)

    @property
    def key_id(self) -> str:
        """Id of the public half."""
        return self.public.key_id

    def sign(self, message: bytes) -> bytes:
        """64 bytes over exactly these bytes."""
        return self._key.sign(message)

    def __repr__(self) -> str:
        return f"<SigningKey {self.key_id}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a signing key is never pickled")
