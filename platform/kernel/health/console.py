"""`/healthz` says that the process answers, `/readyz` that its database does too. Neither tells a stranger anything else."""

from __future__ import annotations

from uuid import UUID

from flask import Response, current_app
from sqlalchemy.exc import SQLAlchemyError

from kernel.db import Database
from kernel.permissions import Permission
from kernel.tenancy import tenants
from kernel.web.blueprints import Pages
from kernel.web.priority import Priority
from kernel.web.unit_of_work import DATABASE

pages = Pages("health", __name__, priority=Priority.PROBE)

NOBODY = UUID(int=0)


@pages.route("/healthz", permission=Permission.PUBLIC)
def alive() -> Response:
    """The process answers."""
    return _said("ok", 200)


@pages.route("/readyz", permission=Permission.PUBLIC)
def ready() -> Response:
    """The database answers as well: a front sends people elsewhere while it does not."""
    database: Database = current_app.extensions[DATABASE]
    try:
        tenants.by_id(database, NOBODY)
    except SQLAlchemyError:
        return _said("waiting", 503)
    return _said("ok", 200)


def _said(word: str, status: int) -> Response:
    response = Response(word + "\n", status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response
