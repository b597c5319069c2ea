"""The list of templates that count for the acting tenant."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from flask_babel import gettext as _
from sqlalchemy import func, select

from kernel.permissions import Permission
from kernel.web import current
from kernel.web.keyset import Key, take
from kernel.web.paging import page_request
from shared_channels.sms.message_templates import queries
from shared_channels.sms.message_templates.console.faces import pages
from shared_channels.sms.message_templates.models import SmsTemplate
from shared_channels.sms.message_templates.policy.composing import worst_segments
from shared_channels.sms.message_templates.policy.content import CATEGORY_ZH, named_body
from shared_channels.sms.message_templates.service.publishing import content_of_row
from shared_channels.sms.signatures.policy import Signature
from shared_channels.sms.signatures.queries import standing

STATES = (("local", "本机构调整过的"), ("draft", "有草稿"), ("pending", "待审批"), ("withdrawn", "已停用"))


@pages.get("", permission=Permission.SMS_READ)
def index() -> str:
    session, actor = current.session(), current.actor()
    found, given = queries.nearest(session), request.args
    wanted = queries.ListFilter(
        given.get("q", "").strip()[:40], given.get("category", ""), given.get("state", "")
    )
    rules = queries.listed(found, wanted, session.tenant_id)
    asked = page_request(session.tenant_id, actor.person_id)
    rows = take(
        session, select(found).where(*rules), (Key(found.code, "code"),), size=asked.size, position=asked.position
    )  # fmt: skip
    codes, signature = [row.code for row in rows.rows], standing(session).signature
    return render_template(
        "sms_templates/index.html",
        page=asked.page(rows, count=session.scalar(select(func.count()).select_from(found).where(*rules))),
        filters=_filters(),
        own=session.tenant_id,
        shown={row.id: _shown(row, signature) for row in rows.rows},
        drafts=queries.drafts_of(session, codes),
        pending=queries.pending_of(session, codes),
        new_drafts=queries.new_drafts(session),
        categories=CATEGORY_ZH,
        may_edit=actor.may(Permission.SMS_TEMPLATE_EDIT),
    )


def _shown(row: SmsTemplate, signature: Signature) -> tuple[str, int]:
    """The body with the names of its variables, and what one message costs at most."""
    content = content_of_row(row)
    worst = worst_segments(content.category, content.body_zh, signature, content.variables)
    return named_body(content), worst


def _filters() -> list[dict[str, Any]]:
    return [
        {"name": "q", "label": _("查找"), "kind": "text", "placeholder": _("名称、编号或正文")},
        {"name": "category", "label": _("短信种类"), "kind": "select", "choices": CATEGORY_ZH.items()},
        {"name": "state", "label": _("状态"), "kind": "select", "choices": STATES},
    ]
