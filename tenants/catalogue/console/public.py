"""办事指南: what a centre publishes, for everyone, without a login (notice item 1)."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template, request, url_for
from flask_babel import gettext as _

from kernel.calendar import clock
from kernel.identity.entering import enter_public
from kernel.permissions import Permission
from kernel.tenancy.tenants import Tenant
from kernel.web import current
from tenants.catalogue import queries
from tenants.catalogue.console.faces import public_pages
from tenants.catalogue.policy.forms import items_of
from tenants.catalogue.policy.words import BUSINESS_KINDS, PUBLIC_AUDIENCES, vocabulary
from tenants.catalogue.service.offering import open_pairs

_PHONE = "h5.home"
"""The phone pages belong to a higher room: linked when they are there."""


def _frame(tenant: Tenant) -> dict[str, Any]:
    address = url_for("public_catalogue.index", centre_code=tenant.code)
    links = [(_("办事指南"), address, True), (_("选择中心"), url_for("public_home.index"), False)]
    if _PHONE in current_app.view_functions:
        links.insert(1, (_("手机版"), url_for(_PHONE, centre_code=tenant.code), False))
    return {
        "site": tenant.name_zh,
        "links": links,
        "centre": tenant,
    }


@public_pages.get("", permission=Permission.PUBLIC)
def index(centre_code: str) -> str:
    tenant = enter_public(centre_code)
    audience = request.args.get("audience", "")
    audience = audience if audience in PUBLIC_AUDIENCES else ""
    text = request.args.get("q", "").strip()[:40]
    rows = queries.public_items(current.session(), text, audience)
    groups = [(kind, [row for row in rows if row.item.business_kind == kind]) for kind in BUSINESS_KINDS]
    return render_template(
        "catalogue/public_index.html",
        groups=[(kind, members) for kind, members in groups if members],
        count=len(rows),
        text=text,
        audience=audience,
        public_audiences=PUBLIC_AUDIENCES,
        **_frame(tenant),
        today=clock.today(),
        **vocabulary(),
    )


@public_pages.get("/<code>", permission=Permission.PUBLIC)
def item(centre_code: str, code: str) -> str:
    tenant = enter_public(centre_code)
    session = current.session()
    row = queries.public_item(session, code)
    return render_template(
        "catalogue/public_item.html",
        row=row,
        content=row.item,
        data_items=items_of(row.item.form),
        pairs=open_pairs(session, [row]),
        **_frame(tenant),
        today=clock.today(),
        **vocabulary(),
    )
