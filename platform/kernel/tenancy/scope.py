"""The scope of a transaction: tenant, database role, subject. Made at four edges only: HTTP, job, command, test.

`tests/guards/test_scope_edges.py` holds the list of modules that may call `enter`; a scope can't be built another way.
"""

from __future__ import annotations

import re
from uuid import UUID

from kernel.db.roles import DbRole

_SEAL = object()
_SUBJECT = re.compile(r"[A-Za-z0-9:._-]{1,80}")


class Scope:
    """An unforgeable statement of who acts in which tenant. Frozen; equal only to itself."""

    __slots__ = ("role", "subject", "tenant_id")

    tenant_id: UUID
    role: DbRole
    subject: str

    def __init__(self, seal: object, tenant_id: UUID, role: DbRole, subject: str) -> None:
        if seal is not _SEAL:
            raise TypeError("a scope is entered at an edge, never built")
        object.__setattr__(self, "tenant_id", tenant_id)
        object.__setattr__(self, "role", role)
        object.__setattr__(self, "subject", subject)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a scope does not change")

    def __repr__(self) -> str:
        return f"Scope({self.role}@{self.tenant_id} by {self.subject})"

    def __reduce__(self) -> str:
        raise TypeError("a scope does not travel")


def enter(tenant_id: UUID, role: DbRole, subject: str) -> Scope:
    """Enter a tenant. Only the four edges call this; `subject` is a person's id or `system:<process>`.

    Raises ValueError when the subject could break the signed text apart.
    """
    if not isinstance(tenant_id, UUID):
        raise TypeError("a tenant is named by its id")
    if not _SUBJECT.fullmatch(subject):
        raise ValueError("a subject is letters, digits and :._-")
    return Scope(_SEAL, tenant_id, DbRole(role), subject)
