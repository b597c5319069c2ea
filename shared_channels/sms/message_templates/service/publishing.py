"""The guarded kinds of templates: publish, withdraw, give back to the tenant above."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from kernel.approvals.kinds import Difference, Execution, GuardedKind, Line, register
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.errors import Invalid
from kernel.permissions import Permission
from shared_channels.sms.message_templates import queries
from shared_channels.sms.message_templates.errors import CodeNeeded, NotLocal, TemplateMoved, TemplateNotFound
from shared_channels.sms.message_templates.models import SmsTemplate, TemplateState
from shared_channels.sms.message_templates.policy.checking import PLATFORM_CODES, sensitive_words
from shared_channels.sms.message_templates.policy.composing import worst_segments
from shared_channels.sms.message_templates.policy.content import (
    CATEGORY_ZH,
    TYPE_ZH,
    TemplateContent,
    content_of,
    named_body,
)
from shared_channels.sms.message_templates.service.drafting import faults
from shared_channels.sms.signatures.policy import Signature
from shared_channels.sms.signatures.queries import standing

Payload = Mapping[str, Any]


def content_of_row(row: SmsTemplate) -> TemplateContent:
    """A revision's content, typed."""
    names = ("name_zh", "category", "body_zh", "variables", "never_stopped")
    return content_of({name: getattr(row, name) for name in names})


def _unmoved(session: TenantSession, payload: Payload) -> SmsTemplate | None:
    """What counts now, if that is what was edited; None for a new code."""
    try:
        now = queries.template_now(session, payload["code"])
    except TemplateNotFound:
        now = None
    if (str(now.id) if now else None) != payload["based_on"]:
        raise TemplateMoved
    return now


def _checked(session: TenantSession, payload: Payload) -> TemplateContent:
    content = content_of(payload["content"])
    wrong = faults(session, payload["code"], content)
    if wrong:
        raise Invalid(fields=wrong)
    return content


def words(content: TemplateContent, signature: Signature) -> dict[str, str]:
    """What people compare, by label."""
    worst = worst_segments(content.category, content.body_zh, signature, content.variables)
    variables = [f"{v.name_zh}（{TYPE_ZH[v.type]}，最多 {v.max_length} 字）" for v in content.variables]
    return {
        "名称": content.name_zh,
        "短信种类": CATEGORY_ZH[content.category],
        "正文": named_body(content),
        "变量": "、".join(variables),
        "额度用尽后": "继续发送" if content.never_stopped else "停止发送",
        "每条最多计费": f"{worst} 条",
    }


def _publish_words(session: TenantSession, payload: Payload) -> Difference:
    """Payload: code, based_on, content."""
    now = _unmoved(session, payload)
    content, signature = _checked(session, payload), standing(session).signature
    before = words(content_of_row(now), signature) if now is not None else {}
    after = words(content, signature)
    lines = [
        Line(label, before.get(label, ""), text) for label, text in after.items() if before.get(label) != text
    ]
    if now is not None and now.state == TemplateState.WITHDRAWN:
        lines.insert(0, Line("状态", "已停用", "重新启用"))
    title = f"{'修改' if now else '新增'}短信模板：{content.name_zh}"
    return Difference(
        title, queries.OBJECT_KIND, payload["code"], tuple(lines), _consequences(session, content)
    )


def _consequences(session: TenantSession, content: TemplateContent) -> tuple[str, ...]:
    found = [
        "批准后新受理的短信使用新内容，已受理的不变。",
        "新内容要先在各运营商报备，一般需要 7 至 10 个工作日。",
    ]
    below = [t for t in standing(session).around if t.parent_id == session.tenant_id and not t.rehearsal]
    if below:
        found.append(f"下级 {len(below)} 个机构中，没有自行调整的同时生效。")
    found += [f"正文含有“{word}”：{why}。" for word, why in sensitive_words(content.body_zh)]
    return tuple(found)


def _withdraw_words(session: TenantSession, payload: Payload) -> Difference:
    now = _unmoved(session, payload)
    if now is None or now.state != TemplateState.PUBLISHED:
        raise TemplateNotFound
    _refuse_needed(now)
    lines = (Line("状态", "使用中", "已停用"),)
    sentences = ("停用后，使用这个模板的短信不再受理，相关业务不再发出这一通知。",)
    return Difference(f"停用短信模板：{now.name_zh}", queries.OBJECT_KIND, now.code, lines, sentences)


def _refuse_needed(row: SmsTemplate) -> None:
    """Codes of the platform itself: without them nobody logs in."""
    if row.code in PLATFORM_CODES:
        raise CodeNeeded


def _inherit_words(session: TenantSession, payload: Payload) -> Difference:
    now = _unmoved(session, payload)
    if now is None or now.tenant_id != session.tenant_id:
        raise NotLocal
    above = queries.inherited_now(session, now.code)
    if above is None:
        raise TemplateNotFound
    signature = standing(session).signature
    before, after = words(content_of_row(now), signature), words(content_of_row(above), signature)
    lines = [Line("内容来源", "本机构", "上级模板")]
    lines += [Line(label, before[label], text) for label, text in after.items() if before[label] != text]
    return Difference(
        f"恢复沿用上级短信模板：{above.name_zh}", queries.OBJECT_KIND, now.code, tuple(lines), ()
    )


def _apply_publish(session: TenantSession, execution: Execution) -> None:
    _unmoved(session, execution.payload)
    _put(session, execution, TemplateState.PUBLISHED, _checked(session, execution.payload))


def _apply_withdraw(session: TenantSession, execution: Execution) -> None:
    now = _unmoved(session, execution.payload)
    if now is None:
        raise TemplateNotFound
    _refuse_needed(now)
    _put(session, execution, TemplateState.WITHDRAWN, content_of_row(now))


def _apply_inherit(session: TenantSession, execution: Execution) -> None:
    now = _unmoved(session, execution.payload)
    if now is None or queries.inherited_now(session, now.code) is None:
        raise TemplateNotFound
    _put(session, execution, TemplateState.INHERITED, content_of_row(now))


def _put(session: TenantSession, execution: Execution, state: str, content: TemplateContent) -> None:
    """Freeze the revision and forget the draft. The approval writes the audit event."""
    code = execution.payload["code"]
    session.add(
        SmsTemplate(
            code=code, number=queries.newest_number(session, code) + 1, state=state, origin="change",
            change_id=execution.change_id, published_at=clock.now(), **content.stored(),
        )
    )  # fmt: skip
    draft = queries.draft(session, code)
    if draft is not None:
        session.delete(draft)
    session.flush()


def _kind(
    code: str,
    name_zh: str,
    describe: Callable[[TenantSession, Payload], Difference],
    apply: Callable[[TenantSession, Execution], None],
) -> GuardedKind:
    return register(
        GuardedKind(code, name_zh, Permission.SMS_TEMPLATE_EDIT, Permission.SMS_CHECK, describe, apply)
    )


PUBLISH = _kind("sms.template_publish", "发布短信模板", _publish_words, _apply_publish)
WITHDRAW = _kind("sms.template_withdraw", "停用短信模板", _withdraw_words, _apply_withdraw)
INHERIT = _kind("sms.template_inherit", "恢复沿用上级短信模板", _inherit_words, _apply_inherit)
