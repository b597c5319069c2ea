"""Who acts: a person in one post, with what the database says about them now. A token is authentication only (rule R4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from kernel.permissions import Permission


@dataclass(frozen=True)
class Actor:
    """A person in one post of one tenant. `unit_id` limits the rows of unit-bound roles; None means the whole tenant."""

    person_id: UUID
    name: str
    tenant_id: UUID
    membership_id: UUID
    roles: frozenset[str]
    permissions: frozenset[Permission]
    title: str = ""
    unit_id: UUID | None = None
    session_id: UUID | None = field(default=None, compare=False)

    def may(self, permission: Permission) -> bool:
        """Whether this post holds the permission."""
        return permission in self.permissions
