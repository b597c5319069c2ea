"""Follows an uplink message: who wants no more messages is blocked from policy messages, in the province, for all its centres."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from kernel import vault
from kernel.calendar import clock
from kernel.crypto.masks import MaskKind
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.jobs.registry import job
from kernel.tenancy import tenants
from kernel.tenancy.models import TenantKind
from shared_channels.sms.numbers.models import BlockReason, Reach, SmsBlockedNumber
from shared_channels.sms.numbers.queries import registry_index
from shared_channels.sms.replies.models import SmsUplink
from shared_channels.sms.replies.policy import Meaning
from shared_channels.sms.replies.service import TABLE


@job("sms.uplink_received")
def received(session: TenantSession, payload: dict[str, Any]) -> None:
    """The centre keeps the message; only the province's copy of an opt-out has an effect."""
    row = session.scalar(select(SmsUplink).where(SmsUplink.id == UUID(payload["uplink_id"])))
    if row is None or row.handled_at is not None or row.meaning != Meaning.OPT_OUT:
        return
    row.handled_at = clock.now()
    mine = next(tenant for tenant in tenants.tree(session) if tenant.id == session.tenant_id)
    if mine.kind == TenantKind.PROVINCE:
        _block(session, row)


def _block(session: TenantSession, row: SmsUplink) -> None:
    keys = vault.of(session)
    phone = keys.open(TABLE, "phone", row.id, row.phone, MaskKind.PHONE)
    index, reach = registry_index(session, phone), str(Reach.POLICY)
    there = session.scalar(
        select(SmsBlockedNumber.id).where(
            SmsBlockedNumber.number_index == index, SmsBlockedNumber.reach == reach
        )
    )
    if there is not None or index is None:
        return
    blocked = SmsBlockedNumber(id=uuid7(), number_index=index, reach=reach, reason=str(BlockReason.OPT_OUT))
    blocked.phone = keys.seal("sms_blocked_number", "phone", blocked.id, phone)
    blocked.blocked_at = clock.now()
    session.add(blocked)
    session.audit("sms.opted_out", "sms_blocked_number", blocked.id, "按短信回复登记退订", link=row.link)
