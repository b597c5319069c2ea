"""The web face with the embedded issuer over a test database, and a browser that goes through both."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

import pyotp
from flask import Flask
from flask.testing import FlaskClient

from app.installation.signing_in import SignIn, let_in
from app.web import WebParts, create_app
from kernel.db import utc_now
from kernel.db.ids import uuid7
from kernel.identity.issuer.app import create_issuer, create_issuer_app
from kernel.identity.issuer.core import Issuer
from kernel.identity.issuer.models import IssuerPerson
from kernel.identity.issuer.settings import IssuerClient, IssuerSettings
from kernel.identity.issuer.sql_store.people import SECRET, TABLE
from kernel.identity.issuer.sql_store.place import Place
from kernel.identity.issuer.sql_store.store import SqlIssuerStore
from kernel.identity.oidc.client import OidcClient
from kernel.identity.oidc.settings import OidcSettings
from kernel.identity.oidc.transport import in_process_transport
from kernel.identity.replays import Replays
from kernel.identity.sessions import SessionRules
from tests.database import KEYRING, TestDatabase
from tests.identity.issuer.world import GOOD_PASSWORD, TOTP_SECRET, CountingPasswords, FormReader, Page
from tests.web_client import directory_of, web_settings_for_tests

BASE = "http://localhost"


@dataclass
class Site:
    """One application, its issuer and its people. What it seals, every other issuer over this database can open."""

    database: TestDatabase
    passwords: CountingPasswords = field(default_factory=CountingPasswords)

    @cached_property
    def issuer(self) -> Issuer:
        client = IssuerClient(
            "gjj-console",
            "s" * 40,
            "管理后台",
            frozenset({f"{BASE}/oidc/callback"}),
            frozenset({f"{BASE}/sign-in"}),
        )
        place = Place(self.database.door(), lambda: self.database.province_id, lambda: KEYRING)
        settings = IssuerSettings(BASE, "gjj", b"k" * 32, (client,), totp_required=False)
        return create_issuer(settings, SqlIssuerStore(place), self.passwords)

    @cached_property
    def app(self) -> Flask:
        issuer_app = create_issuer_app(self.issuer)
        settings = OidcSettings(
            self.issuer.settings.issuer,
            "gjj-console",
            "s" * 40,
            f"{BASE}/oidc/callback",
            f"{BASE}/sign-in",
            b"c" * 32,
            secure_cookies=False,
        )
        client = OidcClient(settings, in_process_transport(issuer_app), replays=Replays(self.issuer.store))
        app = create_app(
            WebParts(
                web_settings_for_tests(), self.database.door(), directory_of(self.database), SessionRules()
            )
        )
        let_in(app, SignIn(client, self.issuer, issuer_app), 0)
        return app

    def account(self, username: str, *, second_factor: bool = False) -> UUID:
        """A person of the issuer who may log in with GOOD_PASSWORD; the identifier for their posts."""
        store, new = self.issuer.store, uuid7()
        assert isinstance(store, SqlIssuerStore)
        with store.place.transaction() as session:
            session.add(
                IssuerPerson(
                    id=new,
                    username=username,
                    display_name=username,
                    password_hash=self.passwords.hash(GOOD_PASSWORD),
                    totp_secret=store.place.seal(TABLE, SECRET, new, TOTP_SECRET) if second_factor else None,
                )
            )
            session.audit("test.account", "account", new, "测试账号")
        return new

    def browser(self) -> Browser:
        return Browser(self.app.test_client())


@dataclass
class Browser:
    """Keeps cookies; follows redirects one by one, so that each can be looked at."""

    http: FlaskClient

    def open(self, url: str) -> Page:
        response = self.http.get(url)
        return _page(response)

    def follow(self, page: Page) -> Page:
        while page.location:
            page = self.open(page.location.removeprefix(BASE))
        return page

    def submit(self, page: Page, action: str, **filled: str) -> Page:
        form = page.form(action)
        return _page(self.http.post(form.action.removeprefix(BASE), data=form.fields | filled))

    def to_login(self, path: str = "") -> Page:
        return self.follow(self.open(f"/sign-in?next={path}" if path else "/sign-in"))

    def password(self, username: str, password: str = GOOD_PASSWORD, path: str = "") -> Page:
        """Fill in name and password; where the issuer sends us then."""
        return self.submit(self.to_login(path), "/authenticate", username=username, password=password)

    def sign_in(self, username: str, path: str = "") -> Page:
        """The whole way, to the page that shows at its end."""
        return self.follow(self.password(username, path=path))

    def cookie(self) -> str:
        found = self.http.get_cookie("gjj_session")
        return found.value if found is not None else ""


def time_code() -> str:
    return pyotp.TOTP(TOTP_SECRET).at(utc_now())


def _page(response: object) -> Page:
    reader = FormReader()
    if response.mimetype == "text/html":  # type: ignore[attr-defined]
        reader.feed(response.get_data(as_text=True))  # type: ignore[attr-defined]
    return Page(response, reader.forms)  # type: ignore[arg-type]
