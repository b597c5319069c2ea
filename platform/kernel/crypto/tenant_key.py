"""A tenant's own keys in clear, held in memory only: no rendering or pickle shows the material."""

from __future__ import annotations

from enum import StrEnum
from typing import NoReturn
from uuid import UUID

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kernel.crypto.framing import framed

KEY_BYTES = 32
_TAG = b"gjj.subkey.v1"


class KeyPurpose(StrEnum):
    """Data keys may be renewed at any time; an index key only together with all indexes made with it."""

    DATA = "data"
    INDEX = "index"


class TenantKey:
    """One version of one tenant's data or index key. Use `subkey`; the material itself is not for reading."""

    __slots__ = ("_derive", "_known", "purpose", "tenant_id", "version")

    def __init__(self, tenant_id: UUID, purpose: KeyPurpose, version: int, material: bytes) -> None:
        if len(material) != KEY_BYTES or not 1 <= version < 2**32:
            raise ValueError("a tenant key has 32 bytes and a version from 1")
        self.tenant_id = tenant_id
        self.purpose = purpose
        self.version = version
        self._known: dict[tuple[str, int, bool], bytes] = {}

        def derive(label: str, length: int, sm: bool) -> bytes:
            place = framed(
                _TAG, label.encode(), tenant_id.bytes, purpose.value.encode(), version.to_bytes(4, "big")
            )
            hash_ = hashes.SM3() if sm else hashes.SHA256()
            return HKDF(hash_, length, salt=None, info=place).derive(material)

        self._derive = derive

    def subkey(self, label: str, length: int, *, sm: bool = False) -> bytes:
        """`length` bytes for one use, by HKDF with SHA-256 or SM3: two algorithms never share key bytes."""
        wanted = (label, length, sm)
        if wanted not in self._known:
            self._known[wanted] = self._derive(label, length, sm)
        return self._known[wanted]

    def __repr__(self) -> str:
        return f"<TenantKey {self.purpose} v{self.version}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a tenant key is never pickled")
