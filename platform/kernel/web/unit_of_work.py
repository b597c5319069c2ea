"""One unit of work for a request: opened at the first look-up, read-only for GET, committed only when the view succeeded.

Nobody else commits (house §5). Rendering happens inside, so a template can't meet a closed session.
"""

from __future__ import annotations

from time import monotonic

from flask import Flask, Response, current_app, g, request

from kernel.audit.record import ACTOR_NAME, DEMO_AT, REQUEST_ID
from kernel.calendar import clock
from kernel.db import Database, TenantSession
from kernel.db.door import finish
from kernel.tenancy.scope import Scope

__all__ = ["complete", "enter_scope", "init_app", "monotonic", "session"]

DATABASE = "gjj.database"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def enter_scope(scope: Scope, actor_name: str = "") -> None:
    """Say in which tenant this request works. Called once by authentication, or by a public page for its centre's code."""
    if g.get("gjj_scope") is not None:
        raise RuntimeError("a request works in one tenant")
    g.gjj_scope, g.gjj_actor_name = scope, actor_name


def session() -> TenantSession:
    """This request's session, opened now if it was not."""
    found: TenantSession | None = g.get("gjj_session")
    if found is None:
        database: Database = current_app.extensions[DATABASE]
        found = database.open(g.gjj_scope, read_only=request.method in _SAFE)
        found.info.update({ACTOR_NAME: g.gjj_actor_name or "系统", REQUEST_ID: g.get("request_id", "")})
        if clock.moved():
            found.info[DEMO_AT] = clock.now().isoformat()
        g.gjj_session = found
    return found


def complete() -> None:
    """Commit if this request changes things and nothing went wrong; called after the view, before the answer leaves."""
    found: TenantSession | None = g.get("gjj_session")
    if found is not None and not found.reading:
        finish(found)


def _close(error: BaseException | None) -> None:
    found: TenantSession | None = g.pop("gjj_session", None)
    if found is not None:
        found.rollback()
        found.close()


def init_app(app: Flask, database: Database) -> None:
    """Wrap the view: an answer below 400 commits, anything else rolls back."""
    app.extensions[DATABASE] = database
    app.teardown_request(_close)
    plain = app.dispatch_request

    def dispatch_request() -> Response:
        response = app.make_response(plain())
        if response.status_code < 400:
            complete()
        return response

    app.dispatch_request = dispatch_request  # type: ignore[method-assign]
