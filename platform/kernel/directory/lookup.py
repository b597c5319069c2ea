"""Finds whose something is before the tenant is known: session cookie, issuer and subject, API key, phone (decision D5).

Only a keyed hash of the value is stored, so a copy of the table names nobody.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import text

from kernel.db import Database, TenantSession

_FIND = text("select tenant_id, ref_id from k.directory_find(:kind, :key)")
_PUT = text("select k.directory_put(:tenant, :kind, :key, :ref)")
_POSTS = text("select tenant_id, membership_id as ref_id from k.posts_of(:person) order by membership_id")
_DROP = text("select k.directory_drop(:tenant, :ref)")


@dataclass(frozen=True)
class Post:
    """Where a key leads: a tenant and a row there."""

    tenant_id: UUID
    ref_id: UUID


@dataclass(frozen=True)
class Directory:
    """The directory of one installation. `index_key` never leaves the processes."""

    database: Database
    index_key: bytes = field(repr=False)

    def find(self, kind: str, value: str) -> list[Post]:
        """Where this exact value leads; empty when it is unknown. There is no other way to look."""
        with self.database.process_tx() as connection:
            rows = connection.execute(_FIND, {"kind": kind, "key": self.hash_of(kind, value)})
            return [Post(row.tenant_id, row.ref_id) for row in rows]

    def posts_of(self, person_id: UUID) -> list[Post]:
        """The active posts of a person in open tenants, oldest first."""
        with self.database.process_tx() as connection:
            return [
                Post(row.tenant_id, row.ref_id) for row in connection.execute(_POSTS, {"person": person_id})
            ]

    def put(self, session: TenantSession, kind: str, value: str, ref_id: UUID) -> None:
        """Make a value of this tenant findable. Idempotent."""
        values = {"tenant": session.tenant_id, "kind": kind, "key": self.hash_of(kind, value), "ref": ref_id}
        session.execute(_PUT, values)

    def drop(self, session: TenantSession, ref_id: UUID) -> None:
        """Forget every key that leads to that row of this tenant."""
        session.execute(_DROP, {"tenant": session.tenant_id, "ref": ref_id})

    def hash_of(self, kind: str, value: str) -> bytes:
        """The keyed hash under which a value is stored."""
        return hmac.digest(self.index_key, f"{kind}\0{value}".encode(), "sha256")
