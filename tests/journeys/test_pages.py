"""Every page that a role finds in its menu and one step behind it, in a real browser at two sizes, with the checks of every page."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from flask import Flask, url_for
from playwright.sync_api import Browser, Page
from werkzeug.exceptions import HTTPException

from app.web import menu
from kernel.identity.actor import Actor
from kernel.permissions import Permission
from tests.browser import DESK, PHONE
from tests.console.page_checks import Watch, check_page
from tests.journeys.axe import grave_findings
from tests.journeys.house import CENTRE, PREFIX, SUB_CENTRE, House

STAFF = {
    CENTRE: ("admin", "editor", "approver", "clerk", "seat", "statistics", "system", "security", "audit"),
    SUB_CENTRE: ("admin", "editor", "approver", "clerk", "seat"),
}
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
FILES = frozenset(
    {
        "catalogue.export", "province.export", "statements.export", "statements.export_consolidated", "construction.file",
        "cases.material", "dossiers.download", "dossiers.file",
    }
)  # fmt: skip


def _menu_pages(house: House, actor: Actor) -> list[str]:
    """The addresses of this person's menu."""
    allowed = actor.permissions | {Permission.SIGNED_IN}
    endpoints = [
        item.endpoint for section in menu() for item in section.children if item.permission in allowed
    ]
    with house.app.test_request_context(base_url=house.address):
        return [url_for(endpoint) for endpoint in endpoints]


@pytest.fixture(scope="module")
def looked_at() -> set[tuple[str, str]]:
    """Which pages behind the menu somebody of that kind of body has looked at already, and which axe has."""
    return set()


@pytest.mark.parametrize("who", WHO)
def test_every_page_within_reach_is_sound_at_both_sizes(
    browser: Browser, house: House, who: str, looked_at: set[tuple[str, str]]
) -> None:
    actor = house.actor(who)
    paths = _menu_pages(house, actor)
    assert paths, "this role finds nothing to do"
    paths.append("/profile")
    kind = who.split(".")[0] if "." in who else "province"
    with house.entered(browser, who, DESK) as desk:
        page = desk.new_page()
        watch, behind = Watch.on(page), []
        for path in paths:
            _look(page, watch, house.address, path)
            _listen(page, house.app, kind, looked_at)
            behind += [link for link in _links(page, house.app) if _fresh(house.app, kind, link, looked_at)]
        for path in behind:
            _look(page, watch, house.address, path)
            _listen(page, house.app, kind, looked_at)
    with house.entered(browser, who, PHONE) as phone:
        page = phone.new_page()
        watch = Watch.on(page)
        for path in [*paths, *behind]:
            _look(page, watch, house.address, path)


def test_public_and_phone_pages_are_sound_at_both_sizes(
    browser: Browser, house: House, looked_at: set[tuple[str, str]]
) -> None:
    for size in (DESK, PHONE):
        with browser.new_context(viewport=size, locale="zh-CN") as context:  # type: ignore[arg-type]
            page = context.new_page()
            watch = Watch.on(page)
            for path in (*PUBLIC, "/sign-in"):
                _look(page, watch, house.address, path)
                assert grave_findings(page) == [], path


def _look(page: Page, watch: Watch, address: str, path: str) -> None:
    answer = page.goto(address + path)
    assert answer is not None
    assert answer.status == 200, path
    try:
        check_page(page, watch=watch, allow_words=UNIT_CODES)
    except AssertionError as error:
        raise AssertionError(f"{path}:\n{error}") from None


def _listen(page: Page, app: Flask, kind: str, looked_at: set[tuple[str, str]]) -> None:
    """axe once for each page and kind of body."""
    mark = ("axe", f"{kind} {_endpoint(app, urlsplit(page.url).path)}")
    if mark not in looked_at:
        looked_at.add(mark)
        assert grave_findings(page) == [], page.url


def _links(page: Page, app: Flask) -> list[str]:
    """Where the page itself leads, within the console."""
    found = page.eval_on_selector_all("main a[href]", "links => links.map(a => a.getAttribute('href'))")
    return [link for link in found if link.startswith("/console/") and _endpoint(app, link) not in FILES]


def _fresh(app: Flask, kind: str, link: str, looked_at: set[tuple[str, str]]) -> bool:
    mark = (kind, _endpoint(app, link))
    known = mark in looked_at
    looked_at.add(mark)
    return not known


def _endpoint(app: Flask, link: str) -> str:
    try:
        return str(app.url_map.bind("127.0.0.1").match(link.partition("?")[0], method="GET")[0])
    except HTTPException:
        return link
