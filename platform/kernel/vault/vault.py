"""One process's vault: keys are fetched wrapped, unwrapped with the installation's keyring, and kept in memory for a while.

A tenant's keys are made at its first sealed value. `of(session)` is how services reach it; without a keyring (a process that has no
business with personal data) it raises KeyMissing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

from sqlalchemy import Connection, text

from kernel.crypto.blind_index import BlindIndex, IndexedField
from kernel.crypto.envelope import FieldCipher, FieldPlace
from kernel.crypto.errors import KeyMissing
from kernel.crypto.keyring import Keyring
from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import Secret
from kernel.crypto.suites import Suite
from kernel.crypto.tenant_key import KeyPurpose, TenantKey
from kernel.db import TenantSession

_FETCH = text("select purpose, version, wrapped from k.keys_of(:tenant, :of)")
_PUT = text("select k.key_put(:tenant, :of, :purpose, 1, :wrapped)")
KEEP_S = 300.0
"""After this long a process asks again, so that a renewed key arrives and a shredded one leaves."""


@dataclass(frozen=True)
class TenantVault:
    """The fields of one tenant."""

    tenant_id: UUID
    cipher: FieldCipher
    blind: BlindIndex

    def seal(self, table: str, column: str, row_id: UUID, value: Secret[str]) -> bytes:
        """The value for that row, column and table only."""
        return self.cipher.seal(FieldPlace(self.tenant_id, table, column, row_id), value)

    def open(
        self, table: str, column: str, row_id: UUID, stored: bytes, kind: MaskKind = MaskKind.OPAQUE
    ) -> Secret[str]:
        """The value back; `kind` says how it looks where it is shown. Raises CannotDecrypt for bytes of another place."""
        return self.cipher.open(FieldPlace(self.tenant_id, table, column, row_id), stored, kind)

    def index(self, what: IndexedField, value: Secret[str]) -> bytes:
        """32 bytes that are equal for equal values inside this tenant only."""
        return self.blind.of(what, value)

    def candidates(self, what: IndexedField, value: Secret[str]) -> list[bytes]:
        """What to look for while an index key is being renewed."""
        return self.blind.candidates(what, value)


@dataclass
class Vault:
    """Handed to the door (`Database.vault`) by the installation."""

    keyring: Keyring = field(repr=False)
    suite: Suite = Suite.AES_256_GCM
    _kept: dict[UUID, tuple[float, TenantVault]] = field(default_factory=dict, repr=False)

    def of_tenant(self, session: TenantSession, of: UUID) -> TenantVault:
        """The vault of tenant `of`, asked for in the scope of the session's tenant, which is the same or above it.

        Missing keys are made in a transaction of their own, on a connection beside the pool: a caller that rolls back must not leave
        values sealed with a lost key.
        """
        if (kept := self._fresh(of)) is not None:
            return kept
        keys = self._fetch(session.connection(), session.tenant_id, of)
        missing = [purpose for purpose in KeyPurpose if not any(key.purpose is purpose for key in keys)]
        if missing:
            with session.door.aside_tx(session.scope) as aside:
                keys += [self._make(aside.connection(), session.tenant_id, of, each) for each in missing]
        return self._keep(of, keys)

    def of_any(self, connection: Connection, of: UUID) -> TenantVault:
        """The same for the gateway, which works without a tenant and never makes keys. Raises KeyMissing."""
        return self._fresh(of) or self._keep(of, self._fetch(connection, of, of))

    def forget(self, of: UUID) -> None:
        """Ask the database again at the next use."""
        self._kept.pop(of, None)

    def _fresh(self, of: UUID) -> TenantVault | None:
        kept = self._kept.get(of)
        return kept[1] if kept is not None and kept[0] > monotonic() else None

    def _keep(self, of: UUID, keys: list[TenantKey]) -> TenantVault:
        found = TenantVault(
            of,
            FieldCipher([key for key in keys if key.purpose is KeyPurpose.DATA], self.suite),
            BlindIndex([key for key in keys if key.purpose is KeyPurpose.INDEX]),
        )
        self._kept[of] = (monotonic() + KEEP_S, found)
        return found

    def _fetch(self, connection: Connection, tenant_id: UUID, of: UUID) -> list[TenantKey]:
        return [
            self.keyring.unwrap(of, KeyPurpose(row.purpose), row.version, row.wrapped)
            for row in connection.execute(_FETCH, {"tenant": tenant_id, "of": of})
        ]

    def _make(self, connection: Connection, tenant_id: UUID, of: UUID, purpose: KeyPurpose) -> TenantKey:
        wrapped = self.keyring.new_tenant_key(of, purpose, 1, self.suite)
        values = {"tenant": tenant_id, "of": of, "purpose": purpose.value, "wrapped": wrapped}
        kept: bytes = connection.execute(_PUT, values).scalar_one()
        return self.keyring.unwrap(of, purpose, 1, kept)


def of(session: TenantSession, tenant_id: UUID | None = None) -> TenantVault:
    """The vault of the session's tenant, or of one below it. Raises KeyMissing in a process without keys."""
    vault = session.vault
    if not isinstance(vault, Vault):
        raise KeyMissing("本进程没有密钥，不能读写个人信息。")
    return vault.of_tenant(session, tenant_id or session.tenant_id)
