"""The whole web face over a test database, and browsers in which a person is signed in already."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import app as app_package
from app.web import WebParts, create_app
from kernel.directory.lookup import Directory
from kernel.identity import sessions
from kernel.identity.actor import Actor
from kernel.web.settings import Environment, WebSettings
from tests.database import TestDatabase

INDEX_KEY = b"i" * 32
COOKIE = "gjj_session"
BASE_URL = "http://127.0.0.1"
STATIC = Path(app_package.__path__[0]) / "static"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_apps: WeakKeyDictionary[Any, Flask] = WeakKeyDictionary()


def app_for(database: TestDatabase) -> Flask:
    """The application as `gjj web` composes it, made once for each door; in the look of the demo, over plain http."""
    door = database.door()
    if door not in _apps:
        _apps[door] = create_app(WebParts(web_settings_for_tests(), door, directory_of(database)))
    return _apps[door]


def client_for(database: TestDatabase, actor: Actor) -> FlaskClient:
    """A browser with a live session of that person."""
    client = app_for(database).test_client()
    client.set_cookie(COOKIE, cookie_of(database, actor), domain="localhost")
    return client


def visitor(database: TestDatabase) -> FlaskClient:
    """A browser of somebody who is not signed in."""
    return app_for(database).test_client()


def cookie_of(database: TestDatabase, actor: Actor, rules: sessions.SessionRules | None = None) -> str:
    """The cookie of a session that begins now."""
    door = database.door()
    with door.tenant_tx(database.scope(actor.tenant_id)) as session:
        return sessions.start(
            session, directory_of(database), actor, rules or sessions.SessionRules(), "test", None
        )


def directory_of(database: TestDatabase) -> Directory:
    """The directory under the tests' own index key."""
    return Directory(database.door(), INDEX_KEY)


def csrf_of(html: str) -> str:
    """The token in the first form of a page, or in its meta tag."""
    found = _TOKEN.search(html) or re.search(r'name="csrf-token" content="([^"]+)"', html)
    if found is None:
        raise AssertionError("the page holds no form token")
    return found.group(1)


def token_for(client: FlaskClient) -> str:
    """A token for the session of that browser."""
    with client.application.test_request_context("/", headers={"Cookie": _cookies(client)}):
        from kernel.web.csrf import csrf_token

        return csrf_token()


def post(
    client: FlaskClient, url: str, data: Mapping[str, Any] | None = None, **options: Any
) -> TestResponse:
    """Post a form as its page would, with this session's token."""
    return client.post(url, data={"csrf_token": token_for(client), **(data or {})}, **options)


def _cookies(client: FlaskClient) -> str:
    found = client.get_cookie(COOKIE) or client.get_cookie("gjj_guest")
    if found is None:
        raise AssertionError("this browser has no session to bind a token to")
    return f"{found.key}={found.value}"


@cache
def web_settings_for_tests() -> WebSettings:
    """The tests' own keys, the look of the demo, plain http, and room for many requests at once."""
    return WebSettings(
        signing_key=b"s" * 32,
        environment=Environment.DEMO,
        https=False,
        static_folder=STATIC,
        in_flight=64,
    )
