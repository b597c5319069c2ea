"""Writing a template: the form grows by the variables of the body."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kernel.errors import Invalid
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.forms import Form
from kernel.web.notices import tell
from shared_channels.sms.message_templates import queries, service
from shared_channels.sms.message_templates.console.faces import pages
from shared_channels.sms.message_templates.policy.content import TemplateContent, content_of
from shared_channels.sms.message_templates.schemas import (
    content_of_form,
    names_typed,
    template_schema,
    values_of,
)
from shared_channels.sms.message_templates.service.publishing import content_of_row
from shared_channels.sms.signatures.queries import standing

Answer = str | Response | tuple[str, int]


@pages.get("/add", permission=Permission.SMS_TEMPLATE_EDIT)
def add() -> Answer:
    return _page("", Form(template_schema([], with_code=True)))


@pages.post("/add", permission=Permission.SMS_TEMPLATE_EDIT)
def save_new() -> Answer:
    form = Form(template_schema(names_typed(request.form.get("body_zh", "")), with_code=True))
    return _save(form, "")


@pages.get("/<code>/edit", permission=Permission.SMS_TEMPLATE_EDIT)
def edit(code: str) -> Answer:
    content = _content(code)
    return _page(code, Form(template_schema([v.name_zh for v in content.variables]), values_of(content)))


@pages.post("/<code>/edit", permission=Permission.SMS_TEMPLATE_EDIT)
def save(code: str) -> Answer:
    return _save(Form(template_schema(names_typed(request.form.get("body_zh", "")))), code)


@pages.post("/<code>/discard", permission=Permission.SMS_TEMPLATE_EDIT)
def discard(code: str) -> Answer:
    session = current.session()
    draft = queries.draft(session, code)
    new = draft is not None and draft.based_on is None
    service.discard_draft(session, current.actor(), code)
    tell(_("草稿已放弃，正在使用的内容没有变化。"))
    return redirect(url_for("sms_templates.index") if new else url_for("sms_templates.show", code=code))


def _save(form: Form, code: str) -> Answer:
    data = form.load(request.form)
    if data is not None:
        try:
            content = content_of_form(data, _content(code).variables if code else ())
            service.save_draft(
                current.session(), current.actor(), code or data["code"], content, new=not code
            )
        except Invalid as error:
            form.add_errors(error.fields)
        else:
            return redirect(url_for("sms_templates.proposal", code=code or data["code"]))
    return _page(code, form), 422


def _content(code: str) -> TemplateContent:
    """What is being edited: the draft, else what counts now. Raises TemplateNotFound."""
    session = current.session()
    draft = queries.draft(session, code)
    if draft is not None:
        return content_of(draft.content)
    return content_of_row(queries.template_now(session, code))


def _page(code: str, form: Form) -> str:
    signature = standing(current.session()).signature
    return render_template("sms_templates/edit.html", code=code, form=form, signature=signature)
