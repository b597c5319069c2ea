"""An issuer with its persons, a clock that tests turn, and a browser that fills in the issuer's forms."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from html.parser import HTMLParser
from threading import Lock
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import RSAKey
from werkzeug.test import TestResponse

from kernel.db.ids import uuid7
from kernel.identity.issuer.app import create_issuer, create_issuer_app
from kernel.identity.issuer.core import Issuer
from kernel.identity.issuer.records import Person, SigningKey
from kernel.identity.issuer.settings import DemoAccount, IssuerClient, IssuerSettings
from kernel.identity.oidc.client import OidcClient
from kernel.identity.oidc.settings import OidcSettings
from kernel.identity.oidc.transport import in_process_transport
from tests.identity.issuer.memory_store import MemoryStore

BASE = "http://127.0.0.1:18080"
REALM = "gjj"
CALLBACK = f"{BASE}/login/callback"
GOODBYE = f"{BASE}/goodbye"
GOOD_PASSWORD = "Lanhua-Yuan-2026"
NEXT_PASSWORD = "Songshu-Lin-2027"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOTICE = "请勿将用户名和密码等信息提供给非官方的第三方机构"


class Clock:
    """Aware UTC, moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **parts: float) -> None:
        self.now += timedelta(**parts)


class CountingPasswords:
    """A quick stand-in for argon2id that counts evaluations; `verify(None, …)` counts as one too."""

    def __init__(self) -> None:
        self.evaluated = 0
        self._lock = Lock()

    def hash(self, password: str) -> str:
        return f"stand-in:{password[::-1]}"

    def verify(self, password_hash: str | None, password: str) -> bool:
        with self._lock:
            self.evaluated += 1
        return password_hash is not None and password_hash == self.hash(password)


@lru_cache(maxsize=1)
def _pem() -> str:
    return RSAKey.generate_key(2048).as_pem(private=True).decode()


class MemoryReplays:
    def __init__(self) -> None:
        self.seen: set[str] = set()

    def first_use(self, jti: str, until: datetime) -> bool:
        fresh = jti not in self.seen
        self.seen.add(jti)
        return fresh


@dataclass
class World:
    """One issuer, one client of it, and their shared clock."""

    settings: IssuerSettings
    store: MemoryStore
    passwords: CountingPasswords
    clock: Clock
    issuer: Issuer
    app: Flask
    client: OidcClient
    replays: MemoryReplays

    def person(self, username: str = "zhang.lan", **fields: Any) -> Person:
        """A person who may log in with GOOD_PASSWORD, and TOTP_SECRET unless said otherwise."""
        known: dict[str, Any] = {
            "display_name": "张岚",
            "password_hash": self.passwords.hash(GOOD_PASSWORD),
            "totp_secret": TOTP_SECRET,
        }
        return self.store.add_person(Person(uuid7(), username, **{**known, **fields}))

    def code(self, secret: str = TOTP_SECRET) -> str:
        return pyotp.TOTP(secret).at(self.clock.now)

    def browser(self) -> Browser:
        return Browser(self, self.app.test_client())


@dataclass
class Page:
    """An answer of the issuer, with what a person sees in it."""

    response: TestResponse
    forms: list[Form] = field(default_factory=list)

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        return self.response.get_data(as_text=True)

    @property
    def title(self) -> str:
        found = re.search(r"<title>(.*?)</title>", self.text)
        return found.group(1) if found else ""

    @property
    def heading(self) -> str:
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.text)
        return found.group(1) if found else ""

    @property
    def alert(self) -> str:
        found = re.search(r'role="alert"[^>]*>(.*?)</div>', self.text)
        return found.group(1) if found else ""

    @property
    def location(self) -> str:
        return self.response.headers.get("Location", "")

    @property
    def returned(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.location).query))

    def form(self, action: str) -> Form:
        return next(form for form in self.forms if form.action.endswith(action))

    def secret(self) -> str:
        found = re.search(r'aria-labelledby="secret-label">([A-Z2-7 ]+)<', self.text)
        assert found is not None
        return found.group(1).replace(" ", "")


@dataclass
class Form:
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class FormReader(HTMLParser):
    """Reads forms as a browser would."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif tag == "input" and self.forms and "name" in given:
            self.forms[-1].fields[given["name"]] = given.get("value", "")


class Browser:
    """Keeps cookies, follows no redirect by itself, remembers every page of the issuer that it saw."""

    def __init__(self, world: World, http: FlaskClient) -> None:
        self.world = world
        self.http = http
        self.seen: list[Page] = []

    def open(self, url: str) -> Page:
        return self._page(self.http.get(url, base_url=BASE))

    def submit(self, page: Page, action: str, **filled: str) -> Page:
        form = page.form(action)
        return self._page(self.http.post(form.action, data=form.fields | filled, base_url=BASE))

    def post(self, url: str, **filled: str) -> Page:
        return self._page(self.http.post(url, data=filled, base_url=BASE))

    def password(self, username: str = "zhang.lan", password: str = GOOD_PASSWORD, url: str = "") -> Page:
        start = self.open(url or self.world.client.start_login().url)
        return self.submit(start, "/authenticate", username=username, password=password)

    def sign_in(self, username: str = "zhang.lan", url: str = "") -> Page:
        """Password, then time code; the redirect back to the client."""
        second = self.password(username, url=url)
        if second.location:
            return second
        return self.submit(second, "/second-factor", code=self.world.code())

    def _page(self, response: TestResponse) -> Page:
        reader = FormReader()
        if response.mimetype == "text/html":
            reader.feed(response.get_data(as_text=True))
        page = Page(response, reader.forms)
        self.seen.append(page)
        return page


def token_call(world: World, **form: str) -> TestResponse:
    """A call of the token endpoint as the console's client."""
    secret = {"client_id": "gjj-console", "client_secret": "s" * 40}
    url = f"/realms/{REALM}/protocol/openid-connect/token"
    return world.app.test_client().post(url, data=secret | form, base_url=BASE)


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query, keep_blank_values=True).items()}


def make_world(**changes: Any) -> World:
    clock, store, passwords, replays = Clock(), MemoryStore(), CountingPasswords(), MemoryReplays()
    store.keys = [SigningKey("first", _pem(), clock.now - timedelta(days=1))]
    console = IssuerClient(
        "gjj-console", "s" * 40, "综合管理系统", frozenset({CALLBACK}), frozenset({GOODBYE})
    )
    other = IssuerClient("gjj-other", "o" * 40, "其他系统", frozenset({f"{BASE}/other"}))
    known: dict[str, Any] = {
        "base_url": BASE,
        "realm": REALM,
        "secret_key": b"k" * 32,
        "clients": (console, other),
    }
    settings = IssuerSettings(**{**known, **changes})
    issuer = create_issuer(settings, store, passwords, clock)
    app = create_issuer_app(issuer)
    relying = OidcSettings(
        issuer=settings.issuer,
        client_id="gjj-console",
        client_secret="s" * 40,
        redirect_uri=CALLBACK,
        post_logout_redirect_uri=GOODBYE,
        state_key=b"c" * 32,
        secure_cookies=False,
    )
    client = OidcClient(relying, in_process_transport(app), clock=clock, replays=replays)
    return World(settings, store, passwords, clock, issuer, app, client, replays)


DEMO = DemoAccount("li.demo", "李演示", "中心管理员", "示例市住房公积金管理中心")
