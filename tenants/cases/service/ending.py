"""What ends by itself: drafts and supplements that nobody handed in, decided cases after a week."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from kernel.calendar import clock
from kernel.db import TenantSession
from tenants.cases.models import CaseState, ServiceCase
from tenants.cases.policy.states import EDITABLE
from tenants.cases.service.steps import SYSTEM, move

_CLOSING = (CaseState.REFUSED, CaseState.PAID)


def expire(session: TenantSession, case_id: UUID) -> None:
    """End a draft or a supplement whose day is past. Does nothing for a case that went on."""
    case = _locked(session, case_id, EDITABLE)
    if case is None or case.expires_on is None or case.expires_on > clock.today():
        return
    move(session, case, CaseState.EXPIRED, "expired", SYSTEM)
    case.closed_at = clock.now()
    session.audit("cases.expired", "case", case.id, f"办件 {case.number} 超过期限未提交，失效")


def close_decided(session: TenantSession, case_id: UUID) -> None:
    """Close a refused or paid case. Does nothing for one that is closed."""
    case = _locked(session, case_id, _CLOSING)
    if case is None:
        return
    move(session, case, CaseState.CLOSED, "closed", SYSTEM)
    case.closed_at = clock.now()
    session.audit("cases.closed", "case", case.id, f"办件 {case.number} 办结")


def _locked(session: TenantSession, case_id: UUID, states: tuple[str, ...]) -> ServiceCase | None:
    statement = select(ServiceCase).where(ServiceCase.id == case_id, ServiceCase.state.in_(states))
    return session.scalar(statement.with_for_update().execution_options(populate_existing=True))
