"""Changing a signature (guarded), giving extensions (province), recording how filing with the carriers stands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from kernel.approvals.kinds import Difference, Execution, GuardedKind, Line, register
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.errors import Forbidden, Invalid, NotFound
from kernel.identity.actor import Actor
from kernel.permissions import Permission
from shared_channels.sms.signatures import errors, policy, queries
from shared_channels.sms.signatures.models import SmsExtension, SmsFiling, SmsSignature

OBJECT_KIND = "sms_signature"
_EXTENSION_DIGITS = range(1, 9)


def _wanted(session: TenantSession, payload: Mapping[str, Any]) -> tuple[str, str, str]:
    style, text, suffix = (str(payload[name]) for name in ("style", "text_zh", "suffix_zh"))
    standing = queries.standing(session)
    wrong = policy.faults(style, text, suffix, standing.own.id == standing.province.id)
    if wrong:
        raise Invalid(fields=wrong)
    return (style, text, "") if style == "PER_TENANT" else (style, "", suffix)


def _describe(session: TenantSession, payload: Mapping[str, Any]) -> Difference:
    """Payload: style, text_zh, suffix_zh."""
    style, text, suffix = _wanted(session, payload)
    now = queries.standing(session)
    is_province = now.own.id == now.province.id
    after = policy.effective(style, text, suffix, now.province_zh, is_province, now.own.short_name_zh)
    old_style = now.row.style if now.row is not None else "PROVINCIAL_WITH_SUFFIX"
    lines = (
        [Line("签名方式", policy.STYLE_ZH[old_style], policy.STYLE_ZH[style])] if old_style != style else []
    )
    if now.signature.shown != after.shown:
        lines.append(Line("短信中的样子", now.signature.shown, after.shown))
    return Difference(
        "修改短信签名", OBJECT_KIND, "signature", tuple(lines),
        ("批准后新受理的短信使用新签名，已受理的不变。", "新签名要先在各运营商报备，一般需要 7 至 10 个工作日。"),
    )  # fmt: skip


def _apply(session: TenantSession, execution: Execution) -> None:
    style, text, suffix = _wanted(session, execution.payload)
    session.add(
        SmsSignature(
            number=queries.newest_number(session) + 1, style=style, text_zh=text, suffix_zh=suffix, origin="change",
            change_id=execution.change_id, published_at=clock.now(),
        )
    )  # fmt: skip
    session.flush()


SIGNATURE = register(
    GuardedKind(
        "sms.signature", "修改短信签名", Permission.SMS_TEMPLATE_EDIT, Permission.SMS_CHECK, _describe, _apply
    )
)


def give_extension(session: TenantSession, actor: Actor, holder: UUID, extension: str) -> SmsExtension:
    """In the province: give digits behind 12329 to one body. Raises Forbidden, Invalid, ExtensionTaken, HolderHasOne."""
    _need(actor, Permission.SMS_OPERATE)
    if not (extension.isascii() and extension.isdigit() and len(extension) in _EXTENSION_DIGITS):
        raise Invalid(fields={"extension": ["扩展码为 1 至 8 位数字。"]})
    standing = queries.standing(session)
    name = next((t.name_zh for t in standing.around if t.id == holder), "")
    if not name or standing.own.id != standing.province.id:
        raise Invalid(fields={"holder": ["请选择机构。"]})
    for row in session.scalars(
        select(SmsExtension).where(SmsExtension.access_number == policy.ACCESS_NUMBER)
    ):
        if row.extension == extension:
            raise errors.ExtensionTaken
        if row.holder_tenant_id == holder and row.ended_at is None:
            raise errors.HolderHasOne
    given = SmsExtension(
        access_number=policy.ACCESS_NUMBER, extension=extension, holder_tenant_id=holder, given_at=clock.now()
    )
    session.add(given)
    session.flush()
    session.audit("sms.extension_given", "sms_extension", given.id, f"登记扩展码 {extension}：{name}")
    return given


def end_extension(session: TenantSession, actor: Actor, extension_id: UUID) -> None:
    """In the province: take an extension out of use; its digits are never given again. Raises Forbidden, NotFound."""
    _need(actor, Permission.SMS_OPERATE)
    row = session.scalar(
        select(SmsExtension).where(SmsExtension.id == extension_id, SmsExtension.ended_at.is_(None))
    )
    if row is None:
        raise NotFound
    row.ended_at = clock.now()
    session.flush()
    session.audit("sms.extension_ended", "sms_extension", row.id, f"停用扩展码 {row.extension}")


def record_filing(
    session: TenantSession,
    actor: Actor,
    subject: tuple[str, str, int],
    carrier: str,
    state: str,
    *,
    submitted_on: date | None = None,
    decided_on: date | None = None,
    note_zh: str = "",
) -> SmsFiling:
    """Keep where a filing stands. `subject`: kind (template, signature), code, revision number. Raises Forbidden, Invalid."""
    _need(actor, Permission.SMS_TEMPLATE_EDIT)
    wrong: dict[str, list[str]] = {}
    if carrier not in policy.CARRIER_ZH:
        wrong["carrier"] = ["请选择运营商。"]
    if state not in policy.FILING_ZH:
        wrong["state"] = ["请选择报备情况。"]
    if submitted_on and decided_on and decided_on < submitted_on:
        wrong["decided_on"] = ["办结日期不能早于提交日期。"]
    if wrong:
        raise Invalid(fields=wrong)
    kind, code, number = subject
    row = queries.filings(session, kind, code, number).get(carrier) or SmsFiling(
        subject=kind, code=code, number=number, carrier=carrier
    )
    row.state, row.submitted_on, row.decided_on, row.note_zh = state, submitted_on, decided_on, note_zh[:200]
    row.recorder_name, row.recorded_at = actor.name, clock.now()
    session.add(row)
    session.flush()
    words = f"{policy.CARRIER_ZH[carrier]}报备：{policy.FILING_ZH[state]}"
    session.audit("sms.filing_recorded", "sms_filing", row.id, f"登记 {code} 第 {number} 版{words}")
    return row


def _need(actor: Actor, permission: Permission) -> None:
    if not actor.may(permission):
        raise Forbidden(permission)
