"""Beginning an application: one running case for each person and item, whatever the channel."""

from __future__ import annotations

from datetime import timedelta
from secrets import randbelow
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from kernel import vault
from kernel.calendar import clock
from kernel.db import TenantSession, utc_now
from kernel.db.ids import uuid7
from kernel.jobs.registry import enqueue
from tenants.cases import queries
from tenants.cases.errors import CaseInFlight
from tenants.cases.models import CaseState, ServiceCase
from tenants.cases.policy.clock import DRAFT_DAYS
from tenants.cases.policy.words import CHANNEL_ZH
from tenants.cases.ports import Party
from tenants.cases.service.offering import offered_to
from tenants.cases.service.steps import by_party, note
from tenants.catalogue.models import ServiceItemRevision

_TRIES = 3
_WHAT_NOW = {
    CaseState.DRAFT: "请在“进度”中打开这件草稿继续填写；不再办理的，撤回后可以重新申请。",
    CaseState.SUPPLEMENT: "请在“进度”中打开这件办件，按要求补正后提交。",
    CaseState.PAYOUT_FAILED: "划款正在处理，请在“进度”中查看，或拨打12329咨询。",
}
_WAIT = "请在“进度”中查看办理情况；还没有作出决定的，可以撤回后重新申请。"


def start(session: TenantSession, party: Party, item_code: str) -> ServiceCase:
    """A draft of this item in this person's name.

    Raises ItemNotFound, NotOffered, LevelTooLow, and CaseInFlight, which names the running case, its channel and what to do.
    """
    vault.of(session)  # its keys come by a connection of their own: asked for before this session holds one
    row = offered_to(session, party, item_code)
    key = queries.person_key(session, party.person_ref)
    for _attempt in range(_TRIES):
        case_id = uuid7()
        values = _values(session, party, row, case_id, key)
        statement = insert(ServiceCase).values(**values).on_conflict_do_nothing().returning(ServiceCase.id)
        if session.execute(statement).scalar() is not None:
            return _begun(session, party, case_id)
        running = queries.in_flight(session, key, item_code)
        if running is not None:
            session.changed_nothing()
            raise _refusal(running, party, row)
    raise RuntimeError("no free case number was found")


def _values(
    session: TenantSession, party: Party, row: ServiceItemRevision, case_id: UUID, key: bytes
) -> dict[str, Any]:
    seal, now, item = vault.of(session).seal, clock.now(), row.item
    return {
        "tenant_id": session.tenant_id, "id": case_id,
        "number": f"{clock.today():%Y%m%d}{randbelow(10**8):08d}",
        "item_code": row.code, "item_name_zh": item.name_zh, "business_kind": item.business_kind,
        "revision_id": row.id, "revision_number": row.number,
        "account_id": party.account_id, "person_key": key,
        "person_ref": seal("service_case", "person_ref", case_id, queries.as_secret(party.person_ref)),
        "name": seal("service_case", "name", case_id, party.name),
        "phone": seal("service_case", "phone", case_id, party.phone),
        "channel_started": party.channel, "channel_last": party.channel, "level": party.level,
        "state": CaseState.DRAFT, "state_at": now, "started_at": now, "saved_at": now,
        "expires_on": clock.today() + timedelta(days=DRAFT_DAYS),
    }  # fmt: skip


def _begun(session: TenantSession, party: Party, case_id: UUID) -> ServiceCase:
    case = session.scalars(select(ServiceCase).where(ServiceCase.id == case_id)).one()
    note(session, case, "started", by_party(party))
    enqueue(session, "cases.expire", {"case_id": str(case.id)}, due_at=utc_now() + timedelta(days=DRAFT_DAYS))
    session.audit(
        "cases.started", "case", case.id, f"开始申请 {case.item_name_zh}，办件编号 {case.number}",
        item=case.item_code, channel=party.channel,
    )  # fmt: skip
    session.flush()
    return case


def _refusal(running: queries.Running, party: Party, row: ServiceItemRevision) -> CaseInFlight:
    channel = CHANNEL_ZH.get(running.channel, running.channel)
    day = running.started_at.astimezone(clock.LOCAL).date()
    what = f"您已有一件“{row.item.name_zh}”在办理：办件编号 {running.number}，{day} 在{channel}发起。"
    mine = running.account_id == party.account_id
    hint = (
        _WHAT_NOW.get(CaseState(running.state), _WAIT)
        if mine
        else "它由您的另一登录账号发起，请用原账号查看。"
    )
    return CaseInFlight(what, hint, running.id if mine else None, running.number, running.channel)
