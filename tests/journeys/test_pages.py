"""Every page that a role finds in its menu, in a real browser at two sizes, with the checks of every page (console.md §7)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select
from werkzeug.serving import make_server

from app import rooms
from app.web import menu
from kernel.crypto.signing import SigningKey
from kernel.identity.actor import Actor
from kernel.identity.models import Membership
from kernel.identity.queries import actor_of_membership
from kernel.permissions import Permission
from kernel.tenancy import tenants
from onboarding.manifests.service import bundled_body, sign
from onboarding.provisioning.policy import person_id_of
from onboarding.provisioning.ports import Places
from onboarding.provisioning.service import approve_and_run, propose_city
from tests.browser import DESK, PHONE
from tests.browser import browser as browser
from tests.console.page_checks import Watch, check_page
from tests.database import TestDatabase
from tests.people import person
from tests.web_client import COOKIE, app_for, cookie_of

CENTRE, SUB_CENTRE = "C99010", "C99011"
STAFF = {
    CENTRE: ("admin", "editor", "approver", "clerk", "seat", "statistics", "system", "security", "audit"),
    SUB_CENTRE: ("admin", "editor", "approver", "clerk", "seat"),
}
PREFIX = {CENTRE: "shili", SUB_CENTRE: "shiliyoutian"}
PROVINCE = (
    "province_officer",
    "province_operator",
    "province_finance",
    "expert",
    "audit_officer",
    "load_tester",
)
UNIT_CODES = ("BH", "CD", "XXB", "YWB", "YYB", "ZHB", "GLB")
WHO = [*PROVINCE, *(f"{PREFIX[code]}.{name}" for code, names in STAFF.items() for name in names)]
PUBLIC = (
    "/", f"/c/{CENTRE}/items", f"/c/{CENTRE}/items/W02", f"/c/{SUB_CENTRE}/items", f"/m/{CENTRE}/", f"/m/{CENTRE}/items",
    f"/m/{CENTRE}/items/W02", f"/m/{CENTRE}/progress", f"/m/{CENTRE}/mine",
)  # fmt: skip


@dataclass
class House:
    """A running web face over a database in which one city has joined."""

    database: TestDatabase
    address: str

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


@pytest.fixture(scope="module")
def house(database: TestDatabase) -> Iterator[House]:
    rooms.load()
    maker = person(database, database.province_id, "省甲", "province_officer")
    checker = person(database, database.province_id, "省乙", "province_officer")
    if tenants.by_code(database.door(), CENTRE) is None:
        body = bundled_body(CENTRE)
        places = Places(database.door(), database.province_id)
        proposed = propose_city(
            places, maker, body, sign(body, SigningKey.generate()), "材料齐全，同意入驻。"
        )
        approve_and_run(places, proposed, checker)
    server = make_server("127.0.0.1", 0, app_for(database), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield House(database, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join(5)
    server.server_close()


def _pages(actor: Actor) -> list[str]:
    """The endpoints of this person's menu."""
    allowed = actor.permissions | {Permission.SIGNED_IN}
    return [item.endpoint for section in menu() for item in section.children if item.permission in allowed]


@pytest.mark.parametrize("who", WHO)
def test_every_page_of_the_menu_is_sound_at_both_sizes(browser: Browser, house: House, who: str) -> None:
    actor = house.actor(who)
    cookie = {"name": COOKIE, "value": cookie_of(house.database, actor), "url": house.address}
    endpoints = _pages(actor)
    assert endpoints, "this role finds nothing to do"
    with app_for(house.database).test_request_context(base_url=house.address):
        from flask import url_for

        paths = [url_for(endpoint) for endpoint in endpoints] + ["/profile"]
    _walk(browser, house.address, paths, cookie)


def test_public_and_phone_pages_are_sound_at_both_sizes(browser: Browser, house: House) -> None:
    _walk(browser, house.address, list(PUBLIC), None)


def _walk(browser: Browser, address: str, paths: list[str], cookie: dict[str, str] | None) -> None:
    for size in (DESK, PHONE):
        context = browser.new_context(viewport=size, locale="zh-CN")
        if cookie is not None:
            context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        watch = Watch.on(page)
        for path in paths:
            answer = page.goto(address + path)
            assert answer is not None
            assert answer.status == 200, path
            check_page(page, watch=watch, allow_words=UNIT_CODES)
        context.close()
