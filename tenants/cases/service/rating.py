"""How the applicant found it: five grades, once, never changed (decision D33)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from kernel import events, vault
from kernel.calendar import clock
from kernel.crypto.secret import Secret
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.errors import Invalid
from tenants.cases.errors import CaseNotFound, NotDecidedYet, RatedAlready
from tenants.cases.events import CaseRated, CaseRatedPoorly
from tenants.cases.models import CaseRating, CaseState, Grade, ServiceCase
from tenants.cases.policy.words import GRADE_ZH, POOR_GRADES
from tenants.cases.ports import Party

LONGEST = 500


def rate(session: TenantSession, party: Party, case_id: UUID, grade: str, words: str = "") -> CaseRating:
    """Rate a decided case. Raises Invalid (`grade`, `words`), NotDecidedYet, RatedAlready, CaseNotFound."""
    if grade not in list(Grade):
        raise Invalid(fields={"grade": ["请选择满意程度。"]})
    if len(words) > LONGEST:
        raise Invalid(fields={"words": [f"评价内容不超过 {LONGEST} 个字。"]})
    case = session.scalar(
        select(ServiceCase).where(ServiceCase.id == case_id, ServiceCase.account_id == party.account_id)
    )
    if case is None:
        raise CaseNotFound
    if case.decision is None or case.state == CaseState.APPROVED:
        raise NotDecidedYet
    rating_id = uuid7()
    said = words.strip()
    sealed = vault.of(session).seal("case_rating", "words", rating_id, Secret(said)) if said else None
    new = session.execute(
        insert(CaseRating)
        .values(
            tenant_id=session.tenant_id, id=rating_id, case_id=case.id, account_id=case.account_id,
            grade=grade, words=sealed, channel=party.channel, rated_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "case_id"])
        .returning(CaseRating.id)
    ).scalar()  # fmt: skip
    if new is None:
        session.changed_nothing()
        raise RatedAlready
    events.publish(session, CaseRated(case.id))
    if grade in POOR_GRADES:
        events.publish(session, CaseRatedPoorly(case.id))
    session.audit("cases.rated", "case", case.id, f"评价办件 {case.number}：{GRADE_ZH[grade]}", grade=grade)
    session.flush()
    return session.scalars(select(CaseRating).where(CaseRating.id == rating_id)).one()
