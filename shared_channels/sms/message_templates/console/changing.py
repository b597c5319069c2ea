"""Submitting for approval: publish a draft, withdraw, give back to the tenant above."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kernel.approvals import service as approvals
from kernel.approvals.kinds import GuardedKind
from kernel.errors import Invalid
from kernel.identity.queries import holders
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.notices import tell
from shared_channels.sms.message_templates import queries, service
from shared_channels.sms.message_templates.console.faces import pages
from shared_channels.sms.message_templates.console.showing import preview
from shared_channels.sms.message_templates.errors import TemplateNotFound
from shared_channels.sms.message_templates.policy.content import content_of
from shared_channels.sms.signatures.queries import standing

Answer = str | Response | tuple[str, int]


@pages.get("/<code>/proposal", permission=Permission.SMS_TEMPLATE_EDIT)
def proposal(code: str) -> Answer:
    return _page(service.PUBLISH, _draft_payload(code), "sms_templates.propose", "sms_templates.edit")


@pages.post("/<code>/proposal", permission=Permission.SMS_TEMPLATE_EDIT)
def propose(code: str) -> Answer:
    return _submit(service.PUBLISH, _draft_payload(code), "sms_templates.propose", "sms_templates.edit")


@pages.get("/<code>/withdrawal", permission=Permission.SMS_TEMPLATE_EDIT)
def withdrawal(code: str) -> Answer:
    return _page(service.WITHDRAW, _payload(code), "sms_templates.propose_withdrawal", "sms_templates.show")


@pages.post("/<code>/withdrawal", permission=Permission.SMS_TEMPLATE_EDIT)
def propose_withdrawal(code: str) -> Answer:
    return _submit(service.WITHDRAW, _payload(code), "sms_templates.propose_withdrawal", "sms_templates.show")


@pages.get("/<code>/inheriting", permission=Permission.SMS_TEMPLATE_EDIT)
def inheriting(code: str) -> Answer:
    return _page(service.INHERIT, _payload(code), "sms_templates.propose_inheriting", "sms_templates.show")


@pages.post("/<code>/inheriting", permission=Permission.SMS_TEMPLATE_EDIT)
def propose_inheriting(code: str) -> Answer:
    return _submit(service.INHERIT, _payload(code), "sms_templates.propose_inheriting", "sms_templates.show")


def _draft_payload(code: str) -> dict[str, Any]:
    draft = queries.draft(current.session(), code)
    if draft is None:
        raise TemplateNotFound
    based_on = str(draft.based_on) if draft.based_on else None
    return {"code": code, "based_on": based_on, "content": draft.content}


def _payload(code: str) -> dict[str, Any]:
    return {"code": code, "based_on": str(queries.template_now(current.session(), code).id)}


def _page(kind: GuardedKind, payload: dict[str, Any], action: str, back: str, error: str = "") -> str:
    """The difference as the approver will see it, the text as people will get it, and the field for the reason."""
    session, code = current.session(), payload["code"]
    stored = payload.get("content")
    signature = standing(session).signature
    return render_template(
        "sms_templates/propose.html",
        difference=approvals.described(session, kind, payload),
        preview=preview(content_of(stored), signature) if stored else None,
        action=url_for(action, code=code), back=url_for(back, code=code), code=code, is_draft=stored is not None,
        approvers=[n for n in holders(session, kind.check) if n != current.actor().name],
        reason=request.form.get("reason", ""), error=error,
    )  # fmt: skip


def _submit(kind: GuardedKind, payload: dict[str, Any], action: str, back: str) -> Answer:
    try:
        change = approvals.propose(
            current.session(), current.actor(), kind.code, payload, request.form.get("reason", "")
        )
    except Invalid as error:
        if "reason" not in error.fields:
            raise
        return _page(kind, payload, action, back, error=_("请填写变更理由。")), 422
    tell(_("已提交审批：%(title)s", title=change.title_zh))
    return redirect(url_for("approvals.show", change_id=change.id))
