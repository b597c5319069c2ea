"""A running web face over a database in which one city has joined, with the embedded issuer at its door."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from app import rooms
from app.installation.signing_in import SignIn, let_in
from app.web import WebParts, create_app
from kernel.crypto.signing import SigningKey
from kernel.identity.accounts import person_id_of
from kernel.identity.actor import Actor
from kernel.identity.issuer.app import create_issuer, create_issuer_app
from kernel.identity.issuer.core import Issuer
from kernel.identity.issuer.models import IssuerPerson
from kernel.identity.issuer.settings import IssuerClient, IssuerSettings, Limit
from kernel.identity.issuer.sql_store.place import Place
from kernel.identity.issuer.sql_store.store import SqlIssuerStore
from kernel.identity.models import Membership
from kernel.identity.oidc.client import OidcClient
from kernel.identity.oidc.settings import OidcSettings
from kernel.identity.oidc.transport import in_process_transport
from kernel.identity.queries import actor_of_membership
from kernel.identity.replays import Replays
from kernel.tenancy import tenants
from onboarding.manifests.service import bundled_body, sign
from onboarding.provisioning.ports import Places
from onboarding.provisioning.service import approve_and_run, propose_city
from tests.database import KEYRING, TestDatabase
from tests.identity.issuer.world import GOOD_PASSWORD, CountingPasswords
from tests.people import person
from tests.web_client import COOKIE, cookie_of, directory_of, web_settings_for_tests

CENTRE, SUB_CENTRE = "C99010", "C99011"
ROOM = Limit(100_000, timedelta(minutes=15))
"""Everybody in these tests comes from one address, which other tests' log-ins have used too."""
PREFIX = {CENTRE: "shili", SUB_CENTRE: "shiliyoutian"}


@dataclass
class House:
    """Where it answers, and its people."""

    database: TestDatabase
    address: str
    app: Flask
    issuer: Issuer
    passwords: CountingPasswords

    def actor(self, who: str) -> Actor:
        """Province people are made here; a city's people came with its manifest."""
        if "." not in who:
            return person(self.database, self.database.province_id, "省岗位", who)
        code = next(c for c, prefix in PREFIX.items() if who.startswith(f"{prefix}."))
        tenant = tenants.by_code(self.database.door(), code)
        assert tenant is not None
        with self.database.door().tenant_tx(self.database.scope(tenant.id), read_only=True) as session:
            post = session.scalar(select(Membership.id).where(Membership.person_id == person_id_of(who)))
            assert isinstance(post, UUID)
            actor = actor_of_membership(session, post)
        assert actor is not None
        return actor

    def entered(self, browser: Browser, who: str, size: dict[str, int]) -> BrowserContext:
        """A browser in which that person is signed in already."""
        context = browser.new_context(viewport=size, locale="zh-CN")  # type: ignore[arg-type]
        cookie = {"name": COOKIE, "value": cookie_of(self.database, self.actor(who)), "url": self.address}
        context.add_cookies([cookie])  # type: ignore[list-item]
        return context

    def give_account(self, who: str) -> None:
        """An account of the issuer for a person of the manifest."""
        store = self.issuer.store
        assert isinstance(store, SqlIssuerStore)
        with store.place.transaction() as session:
            known = session.get(IssuerPerson, (session.tenant_id, person_id_of(who)))
            row = known or IssuerPerson(id=person_id_of(who), username=who, display_name=who)
            row.password_hash = self.passwords.hash(GOOD_PASSWORD)
            session.add(row)
            session.flush()
            session.audit("test.account", "account", row.id, "测试账号")

    def sign_in(self, page: Page, who: str) -> None:
        """Type name and password into the issuer's page, as a person does."""
        page.goto(f"{self.address}/sign-in")
        page.fill("#username", who)
        page.fill("input[name=password]", GOOD_PASSWORD)
        with page.expect_navigation():
            page.click("button[type=submit]")
        arrived = page.url.startswith(f"{self.address}/console/")
        assert arrived, f"{who} was not let in: {page.url}\n{page.inner_text('body')}"


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002
        """No access log in tests."""


@contextmanager
def running_house(database: TestDatabase) -> Iterator[House]:
    """Start it on a free port."""
    _join(database)
    server = make_server("127.0.0.1", 0, Flask("opening"), threaded=True, request_handler=_Quiet)
    address = f"http://127.0.0.1:{server.server_port}"
    passwords = CountingPasswords()
    issuer = _issuer(database, address, passwords)
    app = _face(database, address, issuer)
    server.app = app
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield House(database, address, app, issuer, passwords)
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


def _join(database: TestDatabase) -> None:
    rooms.load()
    if tenants.by_code(database.door(), CENTRE) is not None:
        return
    maker = person(database, database.province_id, "省甲", "province_officer")
    checker = person(database, database.province_id, "省乙", "province_officer")
    body = bundled_body(CENTRE)
    places = Places(database.door(), database.province_id)
    proposed = propose_city(places, maker, body, sign(body, SigningKey.generate()), "材料齐全，同意入驻。")
    approve_and_run(places, proposed, checker)


def _issuer(database: TestDatabase, address: str, passwords: CountingPasswords) -> Issuer:
    client = IssuerClient(
        "gjj-console",
        "s" * 40,
        "管理后台",
        frozenset({f"{address}/oidc/callback"}),
        frozenset({f"{address}/sign-in"}),
    )
    place = Place(database.door(), lambda: database.province_id, lambda: KEYRING)
    settings = IssuerSettings(
        address, "gjj", b"k" * 32, (client,), totp_required=False, account_limit=ROOM, address_limit=ROOM
    )
    return create_issuer(settings, SqlIssuerStore(place), passwords)


def _face(database: TestDatabase, address: str, issuer: Issuer) -> Flask:
    issuer_app = create_issuer_app(issuer)
    settings = OidcSettings(
        issuer.settings.issuer, "gjj-console", "s" * 40, f"{address}/oidc/callback", f"{address}/sign-in", b"c" * 32,
        secure_cookies=False,
    )  # fmt: skip
    client = OidcClient(settings, in_process_transport(issuer_app), replays=Replays(issuer.store))
    app = create_app(WebParts(web_settings_for_tests(), database.door(), directory_of(database)))
    let_in(app, SignIn(client, issuer, issuer_app), 0)
    return app
