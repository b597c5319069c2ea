"""The page of a tenant's signature, its extension and filings; in the province the registry of extensions."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kernel.approvals import service as approvals
from kernel.approvals.queries import about
from kernel.errors import DomainError, Invalid
from kernel.identity.queries import holders
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.blueprints import Pages
from kernel.web.forms import Form
from kernel.web.notices import tell
from shared_channels.sms.signatures import queries, service
from shared_channels.sms.signatures.policy import CARRIER_ZH, FILING_ZH, STYLE_ZH
from shared_channels.sms.signatures.schemas import ExtensionIn, SignatureIn

pages = Pages("sms_signatures", __name__, url_prefix="/console/sms/signature")
Answer = str | Response | tuple[str, int]


@pages.get("", permission=Permission.SMS_READ)
def show() -> str:
    session = current.session()
    where = queries.standing(session)
    number = where.row.number if where.row is not None else 0
    return render_template(
        "sms_signatures/show.html",
        where=where, sender=queries.own_extension(session), revisions=queries.revisions(session),
        changes=about(session, service.OBJECT_KIND, "signature"), styles=STYLE_ZH, may=current.actor().may,
        filings=queries.filings(session, "signature", "signature", number), number=number,
        carriers=CARRIER_ZH, filing_states=FILING_ZH, is_province=where.own.id == where.province.id,
    )  # fmt: skip


@pages.get("/edit", permission=Permission.SMS_TEMPLATE_EDIT)
def edit() -> str:
    where = queries.standing(current.session())
    values = {
        "style": where.row.style if where.row else "PROVINCIAL_WITH_SUFFIX",
        "text_zh": where.row.text_zh if where.row else "",
        "suffix_zh": (where.row.suffix_zh if where.row else "") or where.own.short_name_zh,
    }
    return render_template("sms_signatures/edit.html", form=Form(SignatureIn(), values))


@pages.post("/preview", permission=Permission.SMS_TEMPLATE_EDIT)
def preview() -> Answer:
    """The difference in words, before a reason is given."""
    form = Form(SignatureIn())
    data = form.load(request.form)
    if data is not None:
        try:
            return _propose_page(data)
        except Invalid as error:
            form.add_errors(error.fields)
    return render_template("sms_signatures/edit.html", form=form), 422


@pages.post("/propose", permission=Permission.SMS_TEMPLATE_EDIT)
def propose() -> Answer:
    payload = {name: request.form.get(name, "") for name in ("style", "text_zh", "suffix_zh")}
    try:
        change = approvals.propose(
            current.session(),
            current.actor(),
            service.SIGNATURE.code,
            payload,
            request.form.get("reason", ""),
        )
    except Invalid as error:
        if "reason" not in error.fields:
            raise
        return _propose_page(payload, _("请填写申请事由。")), 422
    tell(_("已提交审批：%(title)s", title=change.title_zh))
    return redirect(url_for("approvals.show", change_id=change.id))


@pages.post("/filings", permission=Permission.SMS_TEMPLATE_EDIT)
def file() -> Response:
    """Keep where the filing of the signature in force stands with one carrier."""
    session, given = current.session(), request.form
    row = queries.standing(session).row
    number = row.number if row is not None else 0
    service.record_filing(
        session, current.actor(), ("signature", "signature", number), given.get("carrier", ""), given.get("state", ""),
        submitted_on=_day("submitted_on"), decided_on=_day("decided_on"), note_zh=given.get("note_zh", "").strip(),
    )  # fmt: skip
    tell(_("报备情况已登记。"))
    return redirect(url_for("sms_signatures.show"))


@pages.get("/extensions", permission=Permission.SMS_OPERATE)
def extensions() -> str:
    return _extensions_page(_extension_form())


@pages.post("/extensions", permission=Permission.SMS_OPERATE)
def give() -> Answer:
    form = _extension_form()
    data = form.load(request.form)
    if data is not None:
        try:
            service.give_extension(current.session(), current.actor(), data["holder"], data["extension"])
        except Invalid as error:
            form.add_errors(error.fields)
        except DomainError as error:
            form.general_errors.append(f"{error.message_zh}{error.hint_zh}")
        else:
            tell(_("扩展码已登记。"))
            return redirect(url_for("sms_signatures.extensions"))
    return _extensions_page(form), 422


@pages.post("/extensions/<uuid:extension_id>/end", permission=Permission.SMS_OPERATE)
def end(extension_id: UUID) -> Response:
    service.end_extension(current.session(), current.actor(), extension_id)
    tell(_("扩展码已停用。"))
    return redirect(url_for("sms_signatures.extensions"))


def _extension_form() -> Form:
    around = [t for t in queries.standing(current.session()).around if t.status != "closed"]
    return Form(ExtensionIn(), choices={"holder": [(str(t.id), t.name_zh) for t in around]})


def _extensions_page(form: Form) -> str:
    session = current.session()
    names = {t.id: t.name_zh for t in queries.standing(session).around}
    return render_template(
        "sms_signatures/extensions.html", rows=queries.extensions(session), names=names, form=form
    )


def _propose_page(payload: dict[str, Any], error: str = "") -> str:
    session = current.session()
    return render_template(
        "sms_signatures/propose.html", difference=approvals.described(session, service.SIGNATURE, payload),
        payload=payload, approvers=[n for n in holders(session, Permission.SMS_CHECK) if n != current.actor().name],
        reason=request.form.get("reason", ""), error=error,
    )  # fmt: skip


def _day(name: str) -> date | None:
    typed = request.form.get(name, "").strip()
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise Invalid(fields={name: [_("请填写日期，例如 2026-11-23。")]}) from None
