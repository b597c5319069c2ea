"""Looking at a person's plain data: the reason is in the log, committed by itself, before anything is shown (decision D11)."""

from __future__ import annotations

from uuid import UUID

from kernel.crypto.secret import RevealPurpose, reveal
from kernel.db import TenantSession
from kernel.errors import Invalid
from kernel.identity.actor import Actor
from tenants.cases import queries

SHORTEST, LONGEST = 4, 200


def reveal_person(session: TenantSession, actor: Actor, case_id: UUID, reason: str) -> list[tuple[str, str]]:
    """Label and plain value of the applicant's data. Raises Invalid (`reason`), CaseNotFound; when the log fails, nothing is shown."""
    why = " ".join(reason.split())
    if not SHORTEST <= len(why) <= LONGEST:
        raise Invalid(fields={"reason": [f"请写明查看事由，{SHORTEST} 至 {LONGEST} 个字。"]})
    case = queries.clerk_case(session, actor, case_id)
    with session.door.tenant_tx(session.scope) as own:
        own.info.update(session.info)
        own.audit(
            "cases.person_revealed", "case", case.id, f"查看办件 {case.number} 申请人的明文信息，事由：{why}"
        )
    person = queries.opened(session, case)
    shown = (("姓名", person.name), ("手机号码", person.phone), ("核心系统个人编号", person.person_ref))
    return [(label, reveal(value, RevealPurpose.AUTHORISED_VIEW)) for label, value in shown]
