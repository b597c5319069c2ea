"""Drafts: one per code and tenant, seen by nobody outside it, never sent."""

from __future__ import annotations

from uuid import UUID

from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.errors import Forbidden, Invalid
from kernel.identity.actor import Actor
from kernel.permissions import Permission
from shared_channels.sms.message_templates import queries
from shared_channels.sms.message_templates.errors import TemplateAwaiting, TemplateNotFound
from shared_channels.sms.message_templates.models import SmsTemplateDraft
from shared_channels.sms.message_templates.policy import checking
from shared_channels.sms.message_templates.policy.content import TemplateContent, content_of
from shared_channels.sms.signatures.queries import standing


def faults(session: TenantSession, code: str, content: TemplateContent) -> dict[str, list[str]]:
    """What is wrong with a content for that code here, by field: the carriers' rules, and what the platform's callers rely on."""
    wrong = checking.faults(content, standing(session).signature)
    above = queries.inherited_now(session, code)
    if above is not None:
        if above.category != content.category:
            wrong["category"] = ["沿用上级编号的模板，短信种类要与上级模板一致。"]
        if {v["key"] for v in above.variables} != set(content.keys):
            wrong.setdefault("body_zh", []).append("沿用上级编号的模板，变量要与上级模板一致。")
    return wrong


def save_draft(
    session: TenantSession, actor: Actor, code: str, content: TemplateContent, *, new: bool = False
) -> SmsTemplateDraft:
    """Keep what an editor wrote. Raises Forbidden, TemplateAwaiting while it is submitted, Invalid with sentences by field."""
    _may_edit(session, actor, code)
    wrong = faults(session, code, content)
    if not checking.CODE.fullmatch(code):
        wrong["code"] = ["编号由小写字母、数字和下划线组成，用点分成两段或三段。"]
    row, based_on = queries.draft(session, code), _based_on(session, code)
    if new and (based_on is not None or row is not None):
        wrong["code"] = ["已经有使用这个编号的短信模板。"]
    if wrong:
        raise Invalid(fields=wrong)
    row = row or SmsTemplateDraft(code=code)
    row.based_on, row.content = based_on, content.stored()
    row.editor_person_id, row.editor_name, row.saved_at = actor.person_id, actor.name, clock.now()
    session.add(row)
    session.flush()
    session.audit(
        "sms.template_draft_saved", queries.OBJECT_KIND, code, f"保存短信模板草稿：{content.name_zh}"
    )
    return row


def discard_draft(session: TenantSession, actor: Actor, code: str) -> None:
    """Throw a draft away. Raises Forbidden, TemplateAwaiting, TemplateNotFound."""
    _may_edit(session, actor, code)
    row = queries.draft(session, code)
    if row is None:
        raise TemplateNotFound
    name = content_of(row.content).name_zh
    session.delete(row)
    session.flush()
    session.audit("sms.template_draft_discarded", queries.OBJECT_KIND, code, f"放弃短信模板草稿：{name}")


def _may_edit(session: TenantSession, actor: Actor, code: str) -> None:
    if not actor.may(Permission.SMS_TEMPLATE_EDIT):
        raise Forbidden(Permission.SMS_TEMPLATE_EDIT)
    if queries.pending_change(session, code) is not None:
        raise TemplateAwaiting


def _based_on(session: TenantSession, code: str) -> UUID | None:
    try:
        return queries.template_now(session, code).id
    except TemplateNotFound:
        return None
