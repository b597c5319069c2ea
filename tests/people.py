"""People for tests: posts with roles, made the way a manifest makes them."""

from __future__ import annotations

from uuid import UUID

from kernel.db.ids import uuid7
from kernel.identity.actor import Actor
from kernel.identity.models import Membership, RoleGrant
from kernel.identity.queries import actor_of_membership
from kernel.permissions.data import OFFICERS
from tests.database import TestDatabase


def person(
    database: TestDatabase,
    tenant_id: UUID,
    name: str,
    *roles: str,
    person_id: UUID | None = None,
    unit_id: UUID | None = None,
) -> Actor:
    """A synthetic person with these roles in that tenant."""
    who, post = person_id or uuid7(), uuid7()
    with database.door().tenant_tx(database.scope(tenant_id)) as session:
        session.add(
            Membership(
                id=post,
                person_id=who,
                issuer="test",
                subject=str(who),
                name_zh=name,
                title_zh="",
                unit_id=unit_id,
            )
        )
        session.flush()
        for role in roles:
            session.add(
                RoleGrant(
                    membership_id=post,
                    person_id=who,
                    role_code=role,
                    officer=OFFICERS.get(role),
                    origin="manifest",
                )
            )
        session.audit("test.person_added", "membership", post, f"测试人员 {name}")
    with database.door().tenant_tx(database.scope(tenant_id), read_only=True) as session:
        found = actor_of_membership(session, post)
    assert found is not None
    return found
