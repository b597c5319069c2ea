"""Two revisions of an item side by side, and the item against the province's template."""

from __future__ import annotations

from uuid import UUID

from flask import render_template, request

from kernel.permissions import Permission
from kernel.web import current
from tenants.catalogue import queries
from tenants.catalogue.console.faces import pages
from tenants.catalogue.errors import ItemNotFound
from tenants.catalogue.models import ServiceItemRevision
from tenants.catalogue.policy import differing


@pages.get("/items/<code>/compare", permission=Permission.CATALOGUE_READ)
def compare(code: str) -> str:
    """`from` and `to` are ids of revisions; without them the template, or what is inherited, against what is in force."""
    session = current.session()
    line = queries.line(session)
    rows = list(queries.history(session, code))
    if not rows:
        raise ItemNotFound
    new = _chosen(rows, "to") or queries.item_now(session, code)
    old = _chosen(rows, "from") or queries.inherited_now(session, code) or rows[-1]
    return render_template(
        "catalogue/compare.html",
        code=code,
        old=old,
        new=new,
        line=line,
        rows=rows,
        lines=differing.lines(old.item, new.item),
    )


def _chosen(rows: list[ServiceItemRevision], name: str) -> ServiceItemRevision | None:
    try:
        wanted = UUID(request.args.get(name, ""))
    except ValueError:
        return None
    return next((row for row in rows if row.id == wanted), None)
