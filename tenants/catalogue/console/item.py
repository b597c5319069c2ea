"""One item: content, materials, channels, limits, and how it became what it is."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask_babel import gettext as _

from kernel.calendar import clock
from kernel.permissions import Permission
from kernel.web import current
from tenants.catalogue import queries
from tenants.catalogue.console.faces import pages
from tenants.catalogue.console.tracing import STATE_WORDS, history_of
from tenants.catalogue.models import Origin, RevisionState
from tenants.catalogue.policy.forms import items_of
from tenants.catalogue.policy.words import DEFAULT_NOTE, vocabulary
from tenants.catalogue.service.offering import open_pairs

TABS = (
    ("content", "内容"),
    ("materials", "材料"),
    ("channels", "渠道与级别"),
    ("limits", "办理时限"),
    ("history", "流转"),
)


@pages.get("/items/<code>", permission=Permission.CATALOGUE_READ)
def item(code: str) -> str:
    session, actor = current.session(), current.actor()
    row = queries.item_now(session, code)
    line = queries.line(session)
    tab = request.args.get("tab", "content")
    tab = tab if tab in dict(TABS) else "content"
    pending = queries.pending_change(session, code)
    may_edit = actor.may(Permission.CATALOGUE_EDIT)
    return render_template(
        "catalogue/item.html",
        row=row,
        content=row.item,
        line=line,
        source=line.source_zh(row),
        by_default=row.origin == Origin.TEMPLATE,
        state=STATE_WORDS[RevisionState(row.state)],
        tab=tab,
        tabs=[
            (_(text), url_for("catalogue.item", code=code, tab=key), key == tab, None) for key, text in TABS
        ],
        pending=pending,
        draft=queries.draft(session, code),
        ahead=queries.waiting_to_take_effect(session, code),
        may_edit=may_edit and pending is None,
        local=row.tenant_id == session.tenant_id,
        above=queries.inherited_now(session, code),
        data_items=items_of(row.item.form),
        pairs=open_pairs(session, [row]) if tab == "channels" else None,
        history=history_of(session, code, line) if tab == "history" else [],
        default_note=DEFAULT_NOTE,
        today=clock.today(),
        **vocabulary(),
    )
