"""The catalogue as JSON: for staff and core systems with a permission, and for everyone under the centre's code."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify

from kernel.calendar import clock
from kernel.identity.entering import enter_public
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.blueprints import Api
from kernel.web.etag import conditional, etag
from tenants.catalogue import queries
from tenants.catalogue.errors import ItemNotFound
from tenants.catalogue.models import ServiceItemRevision
from tenants.catalogue.schemas.output import CatalogueOut, ItemOut, item_json
from tenants.catalogue.service.offering import Pair, open_pairs

api = Api("catalogue_api", __name__, url_prefix="/api/v1", description="服务事项清单")


@api.route("/catalogue/items", methods=["GET"], permission=Permission.CATALOGUE_READ)
@api.response(200, CatalogueOut)
def items() -> Any:
    """Every item in force in the caller's centre."""
    rows = list(queries.in_force(current.session(), clock.now()).values())
    return _answer(rows)


@api.route("/catalogue/items/<code>", methods=["GET"], permission=Permission.CATALOGUE_READ)
@api.response(200, ItemOut)
def item(code: str) -> Any:
    """One item in force in the caller's centre; 404 when it is unknown or removed."""
    session = current.session()
    row = queries.revision_at(session, code, clock.now())
    if row is None:
        raise ItemNotFound
    pairs = open_pairs(session, [row])
    tag = etag(session.tenant_id, clock.today(), row.id, *sorted(pairs or ()))
    source = queries.line(session).source_zh(row)
    return conditional(tag, lambda: jsonify(ItemOut().dump(item_json(row, clock.today(), source, pairs))))


@api.route("/public/<centre_code>/catalogue", methods=["GET"], permission=Permission.PUBLIC)
@api.response(200, CatalogueOut)
def public_items(centre_code: str) -> Any:
    """Every item that a centre publishes; without a login."""
    enter_public(centre_code)
    rows = queries.in_force(current.session(), clock.now()).values()
    return _answer([row for row in rows if row.item.public])


def _answer(rows: list[ServiceItemRevision]) -> Response:
    """The whole catalogue, or 304. The tag names every revision, the switches and the day, on which limits depend."""
    session, tenant = current.session(), current.tenant()
    pairs = open_pairs(session, rows)
    tag = etag(
        session.tenant_id, clock.today(), tenant.name_zh, *(row.id for row in rows), *sorted(pairs or ())
    )
    return conditional(tag, lambda: _document(rows, pairs))


def _document(rows: list[ServiceItemRevision], pairs: set[Pair] | None) -> Response:
    tenant, line, day = current.tenant(), queries.line(current.session()), clock.today()
    document = {
        "centre_code": tenant.code,
        "centre_name": tenant.name_zh,
        "count": len(rows),
        "items": [item_json(row, day, line.source_zh(row), pairs) for row in rows],
    }
    return jsonify(CatalogueOut().dump(document))
