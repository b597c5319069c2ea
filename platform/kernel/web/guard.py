"""One place that asks: may this person do that? Runs before the view and before any look-up.

The composition root puts a callable under `app.extensions["gjj.guard"]`: it gets the route's Permission and returns
exactly True, or raises `NotSignedIn` or `Forbidden` (with whom to ask). Anything else refuses. A route without a
declared permission is refused too, so forgetting is closed, not open.

`app.extensions["gjj.refused"]`, when set, is called with (permission, endpoint) before a refusal leaves, to write it
into the audit log of the tenant addressed (D11); if it raises, the answer is 500 and shows nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, current_app, request

from kernel.errors import Forbidden
from kernel.permissions import Permission
from kernel.web.blueprints import PERMISSION

GUARD = "gjj.guard"
REFUSED = "gjj.refused"

Guard = Callable[[Permission], bool]
OnRefusal = Callable[[Permission | None, str], None]


def declared(endpoint: str) -> Permission | None:
    """The permission the view behind `endpoint` was registered with."""
    value = getattr(current_app.view_functions.get(endpoint), PERMISSION, None)
    return value if isinstance(value, Permission) else None


def _refuse(error: Forbidden, endpoint: str) -> None:
    on_refusal: OnRefusal | None = current_app.extensions.get(REFUSED)
    if on_refusal is not None:
        on_refusal(error.needs, endpoint)
    raise error


def check() -> None:
    """Refuse the request unless its route's permission is held."""
    endpoint = request.endpoint
    if endpoint is None:
        return  # no route matched: Flask answers 404 or 405 by itself
    permission = declared(endpoint)
    if permission is Permission.PUBLIC:
        return
    if permission is None:
        _refuse(Forbidden(code="permission.undeclared"), endpoint)
        return
    guard: Guard | None = current_app.extensions.get(GUARD)
    try:
        allowed = guard is not None and guard(permission) is True
    except Forbidden as error:
        error.needs = error.needs or permission
        _refuse(error, endpoint)
    else:
        if not allowed:
            _refuse(Forbidden(permission), endpoint)


def init_app(app: Flask) -> None:
    app.before_request(check)
