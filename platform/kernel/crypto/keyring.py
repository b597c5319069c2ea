"""Key-encryption keys (KEK) in a folder outside the database, and the tenants' keys wrapped with them.

The database holds wrapped keys only, so a stolen dump opens nothing, and deleting a tenant's wrapped keys
shreds its values.
The folder must be backed up apart from the database: without it no personal field can be read again.

Wrapped key (66 bytes): `0x01 ‖ suite u8 ‖ KEK version u32be ‖ nonce 12 ‖ ciphertext 32 ‖ tag 16`; the
additional data frames
tag `gjj.wrap.v1`, the first six bytes, tenant, purpose and key version, so a wrapped key opens only in its
own place.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn, Self
from uuid import UUID

from kernel.crypto.errors import CannotDecrypt, KeyFileExists, KeyFileUnsafe, KeyMissing
from kernel.crypto.framing import framed
from kernel.crypto.private_files import check_private_folder, make_private_folder, read_private, write_private
from kernel.crypto.suites import Suite, open_sealed, read_header, seal
from kernel.crypto.tenant_key import KEY_BYTES, KeyPurpose, TenantKey

_FILE = re.compile(r"kek-(\d{5})\.key\Z")
_CONTENT = re.compile(rb"gjj-kek-v1 ([0-9a-f]{64})\n?\Z")
_TAG = b"gjj.wrap.v1"
_PLATFORM = UUID(int=0)


class Keyring:
    """The KEK versions found in one folder; the highest wraps, all unwrap."""

    __slots__ = ("_keks", "current")

    def __init__(self, keks: Mapping[int, bytes]) -> None:
        if not keks:
            raise KeyMissing("密钥文件夹里没有密钥，请先生成。")
        self._keks = {
            version: TenantKey(_PLATFORM, KeyPurpose.DATA, version, kek)
            for version, kek in sorted(keks.items())
        }
        self.current = max(self._keks)

    @classmethod
    def create(cls, path: Path) -> Self:
        """Make the folder (0700) with version 1. Raises KeyFileExists when a key is there already."""
        make_private_folder(path)
        if any(_FILE.match(name) for name in os.listdir(path)):
            raise KeyFileExists("密钥文件夹里已有密钥，没有改动。需要新版本时请用更换密钥。")
        return cls._add(path, 1)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read every version. Raises KeyFileUnsafe (open to others, link, damaged) or KeyMissing (none)."""
        check_private_folder(path)
        keks: dict[int, bytes] = {}
        for name in os.listdir(path):
            if found := _FILE.match(name):
                content = _CONTENT.match(read_private(path / name))
                if content is None:
                    raise KeyFileUnsafe(f"密钥文件“{name}”内容不完整，请从备份恢复。")
                keks[int(found[1])] = bytes.fromhex(content[1].decode())
        return cls(keks)

    @classmethod
    def renew(cls, path: Path) -> Self:
        """Add the next version; older ones stay until every tenant key was rewrapped."""
        return cls._add(path, cls.load(path).current + 1)

    @classmethod
    def _add(cls, path: Path, version: int) -> Self:
        write_private(
            path / f"kek-{version:05}.key", b"gjj-kek-v1 " + os.urandom(KEY_BYTES).hex().encode() + b"\n"
        )
        return cls.load(path)

    @property
    def versions(self) -> tuple[int, ...]:
        """KEK versions at hand, ascending."""
        return tuple(self._keks)

    def new_tenant_key(
        self, tenant_id: UUID, purpose: KeyPurpose, version: int, suite: Suite = Suite.AES_256_GCM
    ) -> bytes:
        """A fresh random key, wrapped for that tenant, purpose and version: the only form that is stored."""
        return self._wrap(tenant_id, purpose, version, os.urandom(KEY_BYTES), suite)

    def unwrap(self, tenant_id: UUID, purpose: KeyPurpose, version: int, wrapped: bytes) -> TenantKey:
        """The key in clear. Raises KeyMissing (KEK version not here) or CannotDecrypt (place, bytes)."""
        return TenantKey(tenant_id, purpose, version, self._material(tenant_id, purpose, version, wrapped))

    def rewrap(
        self,
        tenant_id: UUID,
        purpose: KeyPurpose,
        version: int,
        wrapped: bytes,
        suite: Suite = Suite.AES_256_GCM,
    ) -> bytes:
        """The same tenant key under the current KEK: values sealed with it stay as they are."""
        return self._wrap(
            tenant_id, purpose, version, self._material(tenant_id, purpose, version, wrapped), suite
        )

    def needs_rewrap(self, wrapped: bytes) -> bool:
        """True while an older KEK holds it."""
        return read_header(wrapped)[1] != self.current

    def subkey(self, label: str, version: int) -> bytes:
        """32 bytes for a use of the platform itself (such as signed handles), from that KEK version."""
        return self._kek(version).subkey(f"platform/{label}", KEY_BYTES)

    def _kek(self, version: int) -> TenantKey:
        if version not in self._keks:
            raise KeyMissing(f"缺少第 {version} 版密钥，请从密钥备份恢复。")
        return self._keks[version]

    def _wrap(
        self, tenant_id: UUID, purpose: KeyPurpose, version: int, material: bytes, suite: Suite
    ) -> bytes:
        return seal(suite, self._kek(self.current), _wrap_place(tenant_id, purpose, version), material)

    def _material(self, tenant_id: UUID, purpose: KeyPurpose, version: int, wrapped: bytes) -> bytes:
        kek = self._kek(read_header(wrapped)[1])
        material = open_sealed(kek, _wrap_place(tenant_id, purpose, version), wrapped)
        if len(material) != KEY_BYTES:
            raise CannotDecrypt
        return material

    def __repr__(self) -> str:
        return f"<Keyring versions={self.versions}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a keyring is never pickled")


def _wrap_place(tenant_id: UUID, purpose: KeyPurpose, version: int) -> bytes:
    return framed(_TAG, tenant_id.bytes, purpose.value.encode(), version.to_bytes(4, "big"))
