"""What lower rooms may ask about messages: those of a case, and the names of templates."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select

from kernel.db import TenantSession
from kernel.db.roles import DbRole
from shared_channels.sms.message_templates.models import SmsTemplate
from shared_channels.sms.messages.models import SmsMessage
from shared_channels.sms.messages.policy import STATE_ZH
from tenants.cases.ports import NoticeLine


def notices_of(session: TenantSession, case_id: UUID) -> Sequence[NoticeLine]:
    """The messages about a case, the oldest first. A depositor's own log-in reads no messages: they stand on the phone."""
    if session.scope.role is DbRole.CITIZEN:
        return ()
    rows = session.scalars(
        select(SmsMessage)
        .where(SmsMessage.origin_kind == "case", SmsMessage.origin_id == str(case_id))
        .order_by(SmsMessage.id)
        .limit(50)
    ).all()
    names = names_of(session, {row.template_code for row in rows})
    return [
        NoticeLine(row.accepted_at, names.get(row.template_code, row.template_code), *STATE_ZH[row.state])
        for row in rows
    ]


def names_of(session: TenantSession, codes: Collection[str]) -> Mapping[str, str]:
    """Names of templates as they are published down the line, the newest revision of each."""
    if not codes:
        return {}
    rows = session.execute(
        select(SmsTemplate.code, SmsTemplate.name_zh)
        .where(SmsTemplate.code.in_(codes))
        .order_by(SmsTemplate.code, SmsTemplate.number)
    )
    return {code: name for code, name in rows}
