"""Log-in accounts of staff, in the province (the embedded issuer): found by the identifier that follows from the user name."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select

from kernel.db import TenantSession
from kernel.identity.accounts import person_id_of
from kernel.identity.issuer.models import IssuerPerson
from onboarding.manifests.service import StaffPlan


def missing(session: TenantSession, people: Sequence[StaffPlan]) -> list[StaffPlan]:
    """Those of the people who have no account yet, each user name once."""
    wanted = {person.user: person for person in people}
    there = set(session.scalars(select(IssuerPerson.username).where(IssuerPerson.username.in_(wanted))))
    return [person for user, person in wanted.items() if user not in there]


def put_accounts(session: TenantSession, people: Sequence[StaffPlan]) -> int:
    """Make an account exist for each user name; returns how many were new.

    An account has no password: people set theirs by an invitation. One that exists is never changed, whoever names it again.
    """
    rows = [
        {
            "tenant_id": session.tenant_id, "id": person_id_of(person.user), "username": person.user,
            "display_name": person.name_zh,
        }
        for person in missing(session, people)
    ]  # fmt: skip
    if rows:
        session.execute(insert(IssuerPerson), rows)
    return len(rows)
