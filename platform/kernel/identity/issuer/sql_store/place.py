"""Where the issuer's rows live, and the cipher of the two things among them that must never be read in a copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from uuid import UUID

from kernel.audit.record import ACTOR_NAME
from kernel.crypto.envelope import FieldCipher, FieldPlace
from kernel.crypto.keyring import Keyring
from kernel.crypto.suites import Suite
from kernel.crypto.tenant_key import KEY_BYTES, KeyPurpose, TenantKey
from kernel.db import Database, TenantSession
from kernel.db.roles import DbRole
from kernel.tenancy.scope import enter

SUBJECT = "system:issuer"


class Place:
    """The province tenant behind the door. Both callables are asked at first use: making a store sends no query."""

    def __init__(
        self, database: Database, province: Callable[[], UUID], keyring: Callable[[], Keyring]
    ) -> None:
        self._database = database
        self._province = province
        self._keyring = keyring

    @cached_property
    def tenant_id(self) -> UUID:
        """The province."""
        return self._province()

    @contextmanager
    def transaction(self, *, read_only: bool = False) -> Iterator[TenantSession]:
        """One call of the store."""
        scope = enter(self.tenant_id, DbRole.APP, SUBJECT)
        with self._database.tenant_tx(scope, read_only=read_only) as session:
            session.info[ACTOR_NAME] = "登录服务"
            yield session

    def seal(self, table: str, column: str, row_id: UUID, text: str) -> bytes:
        """Encrypt a text for one place."""
        return self._cipher.encrypt(FieldPlace(self.tenant_id, table, column, row_id), text.encode())

    def open(self, table: str, column: str, row_id: UUID, value: bytes) -> str:
        """Decrypt it there. Raises CannotDecrypt when it was copied from another place."""
        return self._cipher.decrypt(FieldPlace(self.tenant_id, table, column, row_id), value).decode()

    @cached_property
    def _cipher(self) -> FieldCipher:
        ring = self._keyring()
        keys = [
            TenantKey(self.tenant_id, KeyPurpose.DATA, version, ring.subkey("issuer", version)[:KEY_BYTES])
            for version in ring.versions
        ]
        return FieldCipher(keys, Suite.AES_256_GCM, current=ring.current)
