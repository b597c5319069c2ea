"""Cheap repeats: a live fragment that has not changed is answered 304 without rendering.

The tag is keyed per tenant (R9), so equal content of two tenants has different tags and a tag tells nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from uuid import UUID

from flask import Response, make_response, request

from kernel.web.locale import preference
from kernel.web.settings import web_settings


def etag(tenant_id: UUID | None, *facts: object) -> str:
    """A strong tag over `facts`, which must name everything the answer depends on (also the reader, where it does)."""
    text = "\0".join((str(tenant_id), preference("lang"), web_settings().version, *map(str, facts)))
    return hmac.digest(web_settings().key("etag"), text.encode(), "sha256").hex()[:32]


def conditional(tag: str, render: Callable[[], str | Response]) -> Response:
    """304 when the browser has `tag` already, else `render()`, marked to be asked for again each time."""
    if request.method in {"GET", "HEAD"} and request.if_none_match.contains(tag):
        response = Response(status=304)
    else:
        response = make_response(render())
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-cache"
    return response
