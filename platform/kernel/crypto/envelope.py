"""Field encryption: one tenant's values, each bound to its tenant, table, column and row (rule R12).

A value copied to another row, column or tenant does not open there. Layout of the stored bytes: see
`kernel.crypto.suites`;
the key version is that of the tenant's data key; the place is `framed("gjj.field.v1", tenant 16, table,
column, row 16)`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from kernel.crypto.errors import KeyMissing
from kernel.crypto.framing import framed
from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import RevealPurpose, Secret, reveal
from kernel.crypto.suites import Suite, open_sealed, read_header, seal
from kernel.crypto.tenant_key import KeyPurpose, TenantKey

_TAG = b"gjj.field.v1"


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """Where a sealed value lives."""

    tenant_id: UUID
    table: str
    column: str
    row_id: UUID

    def additional_data(self) -> bytes:
        """The bytes the value is bound to."""
        return framed(
            _TAG, self.tenant_id.bytes, self.table.encode(), self.column.encode(), self.row_id.bytes
        )


class FieldCipher:
    """Seals and opens the fields of one tenant with the live versions of its data key."""

    def __init__(self, keys: Iterable[TenantKey], suite: Suite, *, current: int | None = None) -> None:
        """`current` is the version that seals, by default the highest. Raises KeyMissing without any key."""
        self._keys = {key.version: key for key in keys}
        if not self._keys:
            raise KeyMissing("本机构没有可用的数据密钥。")
        owners = {(key.tenant_id, key.purpose) for key in self._keys.values()}
        if len(owners) != 1 or next(iter(owners))[1] is not KeyPurpose.DATA:
            raise ValueError("a field cipher takes data keys of one tenant")
        self.tenant_id = next(iter(owners))[0]
        self.suite = suite
        self.current = max(self._keys) if current is None else current
        self._key(self.current)

    def encrypt(self, place: FieldPlace, plaintext: bytes) -> bytes:
        """Seal bytes with the current key version and suite."""
        return seal(self.suite, self._key(self.current), self._data(place), plaintext)

    def decrypt(self, place: FieldPlace, value: bytes) -> bytes:
        """Open bytes sealed with any live version and suite. Raises KeyMissing or CannotDecrypt."""
        return open_sealed(self._key(read_header(value)[1]), self._data(place), value)

    def seal(self, place: FieldPlace, secret: Secret[str]) -> bytes:
        """Seal a secret text."""
        return self.encrypt(place, reveal(secret, RevealPurpose.ENCRYPTION).encode())

    def open(self, place: FieldPlace, value: bytes, kind: MaskKind) -> Secret[str]:
        """Open a text as a secret that shows the mask of `kind`."""
        return Secret(self.decrypt(place, value).decode(), kind)

    def is_current(self, value: bytes) -> bool:
        """False when the value should be sealed anew at the next write (older key version or other suite)."""
        return read_header(value) == (self.suite, self.current)

    def _key(self, version: int) -> TenantKey:
        if version not in self._keys:
            raise KeyMissing(f"缺少第 {version} 版数据密钥。")
        return self._keys[version]

    def _data(self, place: FieldPlace) -> bytes:
        if place.tenant_id != self.tenant_id:
            raise ValueError("the place belongs to another tenant than the keys")
        return place.additional_data()
