"""An applicant's own cases."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from kernel.db import TenantSession
from kernel.web.keyset import Key, Position, Slice, take
from tenants.cases.errors import CaseNotFound
from tenants.cases.models import ServiceCase


def own_cases(
    session: TenantSession,
    account_id: UUID,
    *,
    states: Sequence[str] = (),
    size: int = 20,
    position: Position | None = None,
) -> Slice:
    """A page of the account's cases, the newest first; one query."""
    statement = select(ServiceCase).where(ServiceCase.account_id == account_id)
    if states:
        statement = statement.where(ServiceCase.state.in_(states))
    keys = (Key(ServiceCase.started_at, "started_at", True), Key(ServiceCase.id, "id", True))
    return take(session, statement, keys, size=size, position=position)


def own_case(session: TenantSession, account_id: UUID, case_id: UUID) -> ServiceCase:
    """One of the account's cases. Raises CaseNotFound, also for somebody else's."""
    case = session.scalar(
        select(ServiceCase).where(ServiceCase.id == case_id, ServiceCase.account_id == account_id)
    )
    if case is None:
        raise CaseNotFound
    return case
