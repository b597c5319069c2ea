"""Writing a draft: the form of an item, kept as typed when something is wrong."""

from __future__ import annotations

from typing import Any, cast

import marshmallow as ma
from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kernel.errors import Invalid
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.forms import Form
from kernel.web.notices import tell
from tenants.catalogue import queries, service
from tenants.catalogue.console.faces import pages
from tenants.catalogue.errors import AwaitingApproval, ItemExists, ItemNotFound
from tenants.catalogue.policy.words import CHANNELS
from tenants.catalogue.schemas import editing

_AREAS = {
    "limits": "limit_0_value",
    "materials": "material_0_name",
    "channels": "person_counter",
    "basics": "name_zh",
}
"""Where the sentences of an area are shown: its first field."""

Answer = str | Response | tuple[str, int]


@pages.get("/items/<code>/edit", permission=Permission.CATALOGUE_EDIT)
def edit(code: str) -> Answer:
    session = current.session()
    if queries.pending_change(session, code) is not None:
        raise AwaitingApproval
    draft = queries.draft(session, code)
    row = None if draft is not None and draft.based_on is None else queries.item_now(session, code)
    content = draft.item if draft is not None else (row.item if row is not None else None)
    if content is None:
        raise ItemNotFound
    rows = editing.rows_of(content)
    values = editing.values_of(content, None if draft is None else draft.effective_from)
    return _show(code, Form(editing.item_schema(rows), values), rows)


@pages.post("/items/<code>/edit", permission=Permission.CATALOGUE_EDIT)
def save(code: str) -> Answer:
    rows = editing.rows_typed(request.form)
    form = Form(editing.item_schema(rows))
    return _save(code, form, rows) or (_show(code, form, rows), 422)


@pages.get("/add", permission=Permission.CATALOGUE_EDIT)
def add() -> Answer:
    rows = editing.rows_of(None)
    return _show("", Form(editing.item_schema(rows, with_code=True), {"visits": 0}), rows)


@pages.post("/add", permission=Permission.CATALOGUE_EDIT)
def save_new() -> Answer:
    rows = editing.rows_typed(request.form)
    form = Form(editing.item_schema(rows, with_code=True))
    return _save("", form, rows) or (_show("", form, rows), 422)


@pages.post("/items/<code>/discard", permission=Permission.CATALOGUE_EDIT)
def discard(code: str) -> Answer:
    draft = queries.draft(current.session(), code)
    new = draft is not None and draft.based_on is None
    service.discard_draft(current.session(), current.actor(), code)
    tell(_("草稿已放弃，公布的内容没有变化。"))
    return redirect(url_for("catalogue.index") if new else url_for("catalogue.item", code=code))


def _save(code: str, form: Form, rows: dict[str, int]) -> Response | None:
    """Keep the draft and go on to the comparison; None when the form has to be shown again."""
    data = form.load(request.form)
    if data is None:
        return None
    session = current.session()
    try:
        content = editing.content_of_form(data, rows)
        wanted = code or data["code"]
        if not code and _exists(wanted):
            raise Invalid(fields={"code": [_(ItemExists.message_zh)]})
        service.save_draft(session, current.actor(), wanted, content, data["effective_from"])
    except ma.ValidationError as error:
        form.add_errors(cast("dict[str, Any]", error.messages))
        return None
    except Invalid as error:
        form.add_errors({_AREAS.get(name, name): texts for name, texts in error.fields.items()})
        return None
    return redirect(url_for("catalogue.proposal", code=wanted))


def _exists(code: str) -> bool:
    try:
        queries.item_now(current.session(), code)
    except ItemNotFound:
        return False
    return True


def _show(code: str, form: Form, rows: dict[str, int]) -> str:
    line = queries.line(current.session())
    context: dict[str, Any] = {
        "form": form,
        "rows": rows,
        "code": code,
        "line": line,
        "channel_words": CHANNELS,
    }
    return render_template("catalogue/edit.html", **context)
