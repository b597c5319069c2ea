"""One template: what is sent with it, what it costs at most, filings, history."""

from __future__ import annotations

from datetime import date

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kernel.approvals.queries import about
from kernel.errors import Invalid
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.notices import tell
from shared_channels.sms.message_templates import queries
from shared_channels.sms.message_templates.console.faces import pages
from shared_channels.sms.message_templates.policy.checking import PLATFORM_CODES, sensitive_words
from shared_channels.sms.message_templates.policy.composing import compose, worst_case
from shared_channels.sms.message_templates.policy.content import (
    CATEGORY_ZH,
    TYPE_ZH,
    TemplateContent,
    named_body,
)
from shared_channels.sms.message_templates.service.publishing import content_of_row
from shared_channels.sms.segments.policy import code_units, segments
from shared_channels.sms.signatures import service as signatures
from shared_channels.sms.signatures.policy import CARRIER_ZH, FILING_ZH, Signature
from shared_channels.sms.signatures.queries import filings, standing


def preview(content: TemplateContent, signature: Signature) -> dict[str, object]:
    """How a text looks with the names of its variables, and the longest one with its price in segments."""
    named = {v.key: f"〔{v.name_zh}〕" for v in content.variables}
    longest = worst_case(content.category, content.body_zh, signature, content.variables)
    return {
        "text": compose(content.category, content.body_zh, signature, named),
        "units": code_units(longest),
        "segments": segments(longest),
        "hints": sensitive_words(content.body_zh),
    }


@pages.get("/<code>", permission=Permission.SMS_READ)
def show(code: str) -> str:
    session, actor = current.session(), current.actor()
    row, where = queries.template_now(session, code), standing(session)
    content, local = content_of_row(row), row.tenant_id == session.tenant_id
    may_edit, history = actor.may(Permission.SMS_TEMPLATE_EDIT), queries.history(session, code)
    return render_template(
        "sms_templates/show.html",
        row=row, content=content, local=local, where=where, names={t.id: t.name_zh for t in where.around},
        preview=preview(content, where.signature), history=history,
        bodies={one.id: named_body(content_of_row(one)) for one in history},
        changes=about(session, queries.OBJECT_KIND, code), pending=queries.pending_change(session, code),
        draft=queries.draft(session, code) if may_edit else None, above=queries.inherited_now(session, code) if local else None,
        filings=filings(session, "template", code, row.number) if local else {}, may_edit=may_edit,
        needed=code in PLATFORM_CODES,
        categories=CATEGORY_ZH, types=TYPE_ZH, carriers=CARRIER_ZH, filing_states=FILING_ZH,
    )  # fmt: skip


@pages.post("/<code>/filings", permission=Permission.SMS_TEMPLATE_EDIT)
def file(code: str) -> Response:
    """Keep where the filing of the published revision stands with one carrier."""
    session, given = current.session(), request.form
    row = queries.template_now(session, code)
    if row.tenant_id != session.tenant_id:
        raise Invalid(fields={"code": [_("上级模板由上级报备。")]})
    signatures.record_filing(
        session, current.actor(), ("template", code, row.number), given.get("carrier", ""), given.get("state", ""),
        submitted_on=day_of("submitted_on"), decided_on=day_of("decided_on"), note_zh=given.get("note_zh", "").strip(),
    )  # fmt: skip
    tell(_("报备情况已登记。"))
    return redirect(url_for("sms_templates.show", code=code))


def day_of(name: str) -> date | None:
    """A day as typed. Raises Invalid."""
    typed = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise Invalid(fields={name: [_("请填写日期，例如 2026-11-23。")]}) from None
