"""The whole web face over a test database, a signed-in browser, and a server to look at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import WSGIRequestHandler, make_server

from kernel.approvals.console import pages as approvals
from kernel.console.frame import FRAME, Frame
from kernel.console.menu import visible
from kernel.directory.lookup import Directory
from kernel.identity import entering, sessions
from kernel.identity.actor import Actor
from kernel.tenancy.models import TENANT_KIND_ZH, TenantKind
from kernel.web import current, unit_of_work
from kernel.web.factory import API, make_web
from kernel.web.problems import SIGN_IN
from kernel.web.settings import Environment, WebSettings
from onboarding.overview.api import api as overview_api
from onboarding.overview.console import pages as overview
from onboarding.overview.menu import MENU as overview_menu
from onboarding.provisioning.api import api as onboarding_api
from onboarding.provisioning.console import pages as onboarding
from onboarding.provisioning.menu import MENU as onboarding_menu
from onboarding.subcentres.console import pages as plug
from onboarding.subcentres.menu import MENU as plug_menu
from tests.database import TestDatabase

STATIC = Path(__file__).resolve().parents[2] / "platform" / "app" / "static"
COOKIE = "gjj_session"
INDEX_KEY = b"i" * 32


def site(database: TestDatabase) -> Flask:
    """The pages and the interface of onboarding with the inbox: real guard, real sessions."""
    settings = WebSettings(
        signing_key=b"s" * 32, environment=Environment.DEMO, https=False, static_folder=STATIC, in_flight=64
    )
    app, door = make_web(settings), database.door()
    unit_of_work.init_app(app, door)
    entering.init_app(app, entering.Identity(door, Directory(door, INDEX_KEY), sessions.SessionRules()))
    app.extensions[FRAME] = _frame
    app.extensions[SIGN_IN] = lambda path: "/"
    for blueprint in (approvals, overview, onboarding, plug):
        app.register_blueprint(blueprint)
    for blueprint in (overview_api, onboarding_api):
        app.extensions[API].register_blueprint(blueprint)
    return app


def _frame() -> Frame:
    actor = current.actor_or_none()
    if actor is None:
        return Frame()
    tenant = current.tenant()
    items = [item for part in (overview_menu, onboarding_menu, plug_menu) for _, item in part]
    return Frame(
        tenant_name=tenant.name_zh,
        tenant_kind=TENANT_KIND_ZH[TenantKind(tenant.kind)],
        person_name=actor.name,
        menu=visible(items, actor.permissions.__contains__),
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
