"""Changing limits (guarded), blocking and unblocking a number. All in the province."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kernel import vault
from kernel.approvals.kinds import Difference, Execution, GuardedKind, Line, register
from kernel.calendar import clock
from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import RevealPurpose, Secret, reveal
from kernel.db import TenantSession, utc_now
from kernel.db.ids import uuid7
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.identity.actor import Actor
from kernel.permissions import Permission
from kernel.tenancy import tenants
from kernel.tenancy.models import TenantKind
from kernel.validation.phones import check_mobile
from kernel.validation.refusal import InvalidNumber
from shared_channels.sms.numbers import policy, queries
from shared_channels.sms.numbers.models import SmsBlockedNumber, SmsLimit

OBJECT_KIND = "sms_limit"


def _wanted(payload: Mapping[str, Any]) -> policy.Limits:
    limits = {category: (payload[category][0], payload[category][1]) for category in policy.CATEGORY_ZH}
    wrong = policy.faults(limits)
    if wrong:
        raise Invalid(fields=wrong)
    return limits


def _describe(session: TenantSession, payload: Mapping[str, Any]) -> Difference:
    """Payload: by category [most in an hour, most in a day]."""
    _only_province(session)
    limits, now = _wanted(payload), queries.limits(session)
    lines = [
        Line(name, policy.words(now.get(category, (None, None))), policy.words(limits[category]))
        for category, name in policy.CATEGORY_ZH.items()
        if now.get(category, (None, None)) != limits[category]
    ]
    sentences = ("对全省所有机构发往同一号码的短信合并计算，批准后立即生效。",)
    return Difference("调整单个号码的短信条数上限", OBJECT_KIND, "limits", tuple(lines), sentences)


def _apply(session: TenantSession, execution: Execution) -> None:
    _only_province(session)
    rows = {row.category: row for row in session.scalars(select(SmsLimit))}
    for category, (hour, day) in _wanted(execution.payload).items():
        row = rows.get(category) or SmsLimit(category=category)
        row.per_hour, row.per_day, row.changed_at = hour, day, clock.now()
        session.add(row)
    session.flush()


LIMITS = register(
    GuardedKind(
        "sms.limits", "调整号码短信上限", Permission.SMS_OPERATE, Permission.SMS_CHECK, _describe, _apply
    )
)


def block(
    session: TenantSession,
    actor: Actor,
    phone: Secret[str],
    reach: str,
    reason: str,
    until: datetime | None = None,
) -> SmsBlockedNumber:
    """In the province: send this number nothing, or no policy messages. Raises Forbidden, Invalid."""
    _need(actor)
    _only_province(session)
    try:
        number = Secret(
            check_mobile(reveal(phone, RevealPurpose.VALIDATION), allow_synthetic=_fictional(session)), MaskKind.PHONE
        )  # fmt: skip
    except InvalidNumber as error:
        raise Invalid(fields={"phone": [error.message_zh]}) from None
    if until is not None and until <= utc_now():
        raise Invalid(fields={"until": ["请填写将来的时间。"]})
    index = queries.registry_index(session, number)
    row = session.scalar(
        select(SmsBlockedNumber).where(
            SmsBlockedNumber.number_index == index, SmsBlockedNumber.reach == reach
        )
    ) or SmsBlockedNumber(id=uuid7(), number_index=index, reach=reach)
    row.phone = vault.of(session).seal("sms_blocked_number", "phone", row.id, number)
    row.reason, row.until, row.blocked_at = reason, until, clock.now()
    session.add(row)
    session.flush()
    session.audit(
        "sms.number_blocked",
        "sms_blocked_number",
        row.id,
        f"限制一个号码接收{policy.REACH_ZH[reach]}",
        reason=policy.REASON_ZH[reason],
    )
    return row


def unblock(session: TenantSession, actor: Actor, blocked_id: UUID) -> None:
    """In the province: let the number have messages again. Raises Forbidden, NotFound."""
    _need(actor)
    row = session.scalar(select(SmsBlockedNumber).where(SmsBlockedNumber.id == blocked_id))
    if row is None:
        raise NotFound
    reach = policy.REACH_ZH[row.reach]
    session.delete(row)
    session.flush()
    session.audit("sms.number_unblocked", "sms_blocked_number", blocked_id, f"恢复一个号码接收{reach}")


def _need(actor: Actor) -> None:
    if not actor.may(Permission.SMS_OPERATE):
        raise Forbidden(Permission.SMS_OPERATE)


def _only_province(session: TenantSession) -> None:
    if _own(session).kind != TenantKind.PROVINCE:
        raise Forbidden(Permission.SMS_OPERATE)


def _fictional(session: TenantSession) -> bool:
    return _own(session).fictional


def _own(session: TenantSession) -> tenants.Tenant:
    return next(t for t in tenants.tree(session) if t.id == session.tenant_id)
