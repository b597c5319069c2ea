"""The page of limits per number and of blocked numbers, in the province."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kernel import vault
from kernel.approvals import service as approvals
from kernel.approvals.queries import about
from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import Secret
from kernel.errors import Invalid
from kernel.identity.queries import holders
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.blueprints import Pages
from kernel.web.forms import Form
from kernel.web.keyset import Key, take
from kernel.web.notices import tell
from kernel.web.paging import page_request
from shared_channels.sms.numbers import policy, queries, service
from shared_channels.sms.numbers.models import SmsBlockedNumber
from shared_channels.sms.numbers.schemas import BlockIn, limits_of, limits_schema, values_of

pages = Pages("sms_numbers", __name__, url_prefix="/console/sms/numbers")
Answer = str | Response | tuple[str, int]


@pages.get("", permission=Permission.SMS_OPERATE)
def show() -> str:
    return _page(Form(BlockIn()))


@pages.post("/blocked", permission=Permission.SMS_OPERATE)
def block() -> Answer:
    form = Form(BlockIn())
    data = form.load(request.form)
    if data is not None:
        phone = Secret(data["phone"], MaskKind.PHONE)
        try:
            service.block(
                current.session(), current.actor(), phone, data["reach"], data["reason"], data["until"]
            )
        except Invalid as error:
            form.add_errors(error.fields)
        else:
            tell(_("这个号码已限制。"))
            return redirect(url_for("sms_numbers.show"))
    return _page(form), 422


@pages.post("/blocked/<uuid:blocked_id>/end", permission=Permission.SMS_OPERATE)
def unblock(blocked_id: UUID) -> Response:
    service.unblock(current.session(), current.actor(), blocked_id)
    tell(_("限制已取消。"))
    return redirect(url_for("sms_numbers.show"))


@pages.get("/limits", permission=Permission.SMS_OPERATE)
def edit() -> str:
    values = values_of(queries.limits(current.session()))
    return render_template("sms_numbers/edit.html", form=Form(limits_schema(), values))


@pages.post("/limits", permission=Permission.SMS_OPERATE)
def preview() -> Answer:
    """The difference in words, before a reason is given."""
    form = Form(limits_schema())
    data = form.load(request.form)
    if data is not None:
        try:
            return _propose_page(limits_of(data))
        except Invalid as error:
            form.add_errors(error.fields)
    return render_template("sms_numbers/edit.html", form=form), 422


@pages.post("/limits/proposal", permission=Permission.SMS_OPERATE)
def propose() -> Answer:
    try:
        payload = msgspec.json.decode(request.form.get("payload", ""), type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise Invalid(fields={"payload": [_("页面内容不完整，请返回重新填写。")]}) from error
    try:
        change = approvals.propose(
            current.session(), current.actor(), service.LIMITS.code, payload, request.form.get("reason", "")
        )
    except Invalid as error:
        if "reason" not in error.fields:
            raise
        return _propose_page(payload, _("请填写申请事由。")), 422
    tell(_("已提交审批：%(title)s", title=change.title_zh))
    return redirect(url_for("approvals.show", change_id=change.id))


def _page(form: Form) -> str:
    session = current.session()
    asked = page_request(session.tenant_id, current.actor().person_id)
    rows = take(
        session, queries.blocked(session), (Key(SmsBlockedNumber.id, "id", descending=True),),
        size=asked.size, position=asked.position,
    )  # fmt: skip
    own, limits = vault.of(session), queries.limits(session)
    return render_template(
        "sms_numbers/show.html", form=form, page=asked.page(rows), limits=limits, words=policy.words,
        phones={r.id: own.open("sms_blocked_number", "phone", r.id, r.phone, MaskKind.PHONE).masked for r in rows.rows},
        categories=policy.CATEGORY_ZH, reaches=policy.REACH_ZH, reasons=policy.REASON_ZH,
        changes=about(session, service.OBJECT_KIND, "limits"),
    )  # fmt: skip


def _propose_page(payload: dict[str, Any], error: str = "") -> str:
    session = current.session()
    return render_template(
        "sms_numbers/propose.html", difference=approvals.described(session, service.LIMITS, payload),
        payload=msgspec.json.encode(payload).decode(), reason=request.form.get("reason", ""), error=error,
        approvers=[n for n in holders(session, Permission.SMS_CHECK) if n != current.actor().name],
    )  # fmt: skip
