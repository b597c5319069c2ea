"""Files in forms: how large a request may be is said on the route, before anything of it is read.

`@pages.post("/…", permission=…, body_bytes=files_of(10 * MIB))` opens a route for files; without it a form with files is refused
above the size of a plain form.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, request

from kernel.web.blueprints import BODY
from kernel.web.settings import web_settings

_AROUND = 256 * 1024


@dataclass(frozen=True)
class Upload:
    """One file as it arrived. `name` and `media_type` are claims of the sender."""

    name: str
    media_type: str
    data: bytes


def files_of(most_bytes: int, count: int = 1) -> int:
    """The size of a request that may carry `count` files of that size with their form."""
    return most_bytes * count + _AROUND


def uploaded(field: str, most: int = 1) -> list[Upload]:
    """The files chosen in that field, at most `most`; empty choices are left out."""
    chosen = [part for part in request.files.getlist(field) if part.filename]
    return [Upload(part.filename or "", part.mimetype or "", part.read()) for part in chosen[:most]]


def _limit() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    declared = getattr(view, BODY, None)
    if declared is not None:
        request.max_content_length = declared
    elif request.mimetype == "multipart/form-data":
        request.max_content_length = web_settings().max_form_bytes


def init_app(app: Flask) -> None:
    app.before_request(_limit)
