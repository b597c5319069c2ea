"""The way in for everyone: which centre is mine."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kernel.identity.entering import identity
from kernel.permissions import Permission
from kernel.tenancy.models import TenantKind
from tenants.catalogue import queries
from tenants.catalogue.console.faces import public_home


@public_home.get("/", permission=Permission.PUBLIC)
def index() -> str:
    """Every centre of the province with its sub-centres; `q` narrows by name."""
    with identity().database.process_tx() as connection:
        found = queries.public_centres(connection)
    typed = request.args.get("q", "").strip()[:40]
    below: dict[str, list[queries.PublicCentre]] = {}
    for centre in found:
        if centre.kind == TenantKind.SUB_CENTRE and centre.parent_code:
            below.setdefault(centre.parent_code, []).append(centre)
    centres = [centre for centre in found if centre.kind == TenantKind.CENTRE]
    shown = [
        centre
        for centre in centres
        if not typed or any(typed in one.name_zh for one in (centre, *below.get(centre.code, ())))
    ]
    return render_template("catalogue/home.html", centres=shown, below=below, typed=typed, count=len(centres))


@public_home.get("/c/", permission=Permission.PUBLIC)
def centres() -> Response:
    return redirect(url_for("public_home.index"), 301)
