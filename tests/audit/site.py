"""A small site with the pages of the log: real guard, real sessions."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from kernel.audit.console import pages
from kernel.audit.menu import MENU
from kernel.console.frame import FRAME, Frame
from kernel.console.menu import MenuItem, visible
from kernel.directory.lookup import Directory
from kernel.identity import entering, sessions
from kernel.identity.actor import Actor
from kernel.tenancy.models import TENANT_KIND_ZH, TenantKind
from kernel.web import current, unit_of_work
from kernel.web.factory import make_web
from kernel.web.problems import SIGN_IN
from kernel.web.settings import Environment, WebSettings
from tests.database import TestDatabase

STATIC = Path(__file__).resolve().parents[2] / "platform" / "app" / "static"
COOKIE = "gjj_session"
INDEX_KEY = b"i" * 32


def site(database: TestDatabase) -> Flask:
    """The application."""
    settings = WebSettings(
        signing_key=b"s" * 32, environment=Environment.DEMO, https=False, static_folder=STATIC, in_flight=64
    )
    app = make_web(settings)
    door = database.door()
    unit_of_work.init_app(app, door)
    entering.init_app(app, entering.Identity(door, Directory(door, INDEX_KEY), sessions.SessionRules()))
    app.extensions[FRAME] = _frame
    app.extensions[SIGN_IN] = lambda path: "/"
    app.register_blueprint(pages)
    return app


def _frame() -> Frame:
    actor = current.actor_or_none()
    if actor is None:
        return Frame()
    tenant = current.tenant()
    menu = (MenuItem("平台管理", icon="settings", children=tuple(item for _, item in MENU)),)
    return Frame(
        tenant_name=tenant.name_zh,
        tenant_kind=TENANT_KIND_ZH[TenantKind(tenant.kind)],
        person_name=actor.name,
        menu=visible(menu, actor.permissions.__contains__),
    )


def client_of(app: Flask, database: TestDatabase, actor: Actor) -> FlaskClient:
    """A browser in which that person is signed in."""
    directory = Directory(database.door(), INDEX_KEY)
    with database.door().tenant_tx(database.scope(actor.tenant_id)) as session:
        cookie = sessions.start(session, directory, actor, sessions.SessionRules(), "test", None)
    client = app.test_client()
    client.set_cookie(COOKIE, cookie)
    return client
