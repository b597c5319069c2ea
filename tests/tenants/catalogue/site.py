"""A small site with the pages of the catalogue and the phone, for tests and for looking at: real guard, real sessions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.serving import WSGIRequestHandler, make_server

from kernel.console.frame import FRAME, Frame
from kernel.directory.lookup import Directory
from kernel.identity import entering, sessions
from kernel.identity.actor import Actor
from kernel.tenancy.models import TENANT_KIND_ZH, TenantKind
from kernel.web import current, unit_of_work
from kernel.web.factory import API, make_web
from kernel.web.problems import SIGN_IN
from kernel.web.settings import Environment, WebSettings
from shared_channels.mobile.console import pages as phone
from tenants.catalogue.api import api
from tenants.catalogue.console import pages, public_home, public_pages
from tests.database import TestDatabase

STATIC = Path(__file__).resolve().parents[3] / "platform" / "app" / "static"
COOKIE = "gjj_session"
INDEX_KEY = b"i" * 32


def site(database: TestDatabase) -> Flask:
    """The application."""
    app = make_web(
        WebSettings(
            signing_key=b"s" * 32,
            environment=Environment.DEMO,
            https=False,
            static_folder=STATIC,
            in_flight=64,
        )
    )
    door = database.door()
    unit_of_work.init_app(app, door)
    entering.init_app(app, entering.Identity(door, Directory(door, INDEX_KEY), sessions.SessionRules()))
    app.extensions[FRAME] = _frame
    app.extensions[SIGN_IN] = lambda path: "/"
    for blueprint in (pages, public_pages, public_home, phone):
        app.register_blueprint(blueprint)
    app.extensions[API].register_blueprint(api)
    return app


def _frame() -> Frame:
    actor = current.actor_or_none()
    if actor is None:
        return Frame()
    tenant = current.tenant()
    return Frame(
        tenant_name=tenant.name_zh,
        tenant_kind=TENANT_KIND_ZH[TenantKind(tenant.kind)],
        person_name=actor.name,
    )


def cookie_of(database: TestDatabase, actor: Actor) -> str:
    """A live session's cookie."""
    directory = Directory(database.door(), INDEX_KEY)
    with database.door().tenant_tx(database.scope(actor.tenant_id)) as session:
        return sessions.start(session, directory, actor, sessions.SessionRules(), "test", None)


def client_of(app: Flask, database: TestDatabase, actor: Actor) -> FlaskClient:
    """A browser in which that person is signed in."""
    client = app.test_client()
    client.set_cookie(COOKIE, cookie_of(database, actor))
    return client


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002
        """No access log in tests."""


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application on a free port."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


@contextmanager
def statements(database: TestDatabase) -> Iterator[list[str]]:
    """Every statement that is sent meanwhile."""
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    engine = database.door().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)
