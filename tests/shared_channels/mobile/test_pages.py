"""The phone pages: honest about what is not connected, readable without a login, open in large type."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from kernel.db import TenantSession
from tenants.catalogue.service import offering
from tests.browser import DESK, PHONE, browser
from tests.console.page_checks import Watch, check_page
from tests.database import TestDatabase
from tests.tenants.catalogue.conftest import World, world
from tests.tenants.catalogue.site import served, site

__all__ = ["browser", "world"]


def paths(code: str) -> tuple[str, ...]:
    return tuple(
        f"/m/{code}/{rest}"
        for rest in ("", "items", "items?q=gftq", "items/L01", "progress", "mine", "?ui_type=large")
    )


class TestPhone:
    def test_every_page_holds_what_a_page_must_hold(self, database: TestDatabase, world: World) -> None:
        visitor = site(database).test_client()
        for path in (*paths(world.centre.code), *paths(world.sub_centre.code)):
            answer = visitor.get(path)
            assert answer.status_code == 200, path
            check_page(answer.text)

    def test_the_balance_says_that_no_core_system_is_connected(
        self, database: TestDatabase, world: World
    ) -> None:
        page = site(database).test_client().get(f"/m/{world.centre.code}/").text
        assert "登录后查看" in page
        assert "0.00" not in page

    def test_nothing_is_promised_for_later_and_the_hotline_is_one_tap_away(
        self, database: TestDatabase, world: World
    ) -> None:
        visitor = site(database).test_client()
        for path in paths(world.centre.code):
            page = visitor.get(path).text
            assert "即将" not in page
            if not path.endswith(("items", "gftq")):
                main = page.partition("<main")[2].partition("</main>")[0]
                assert 'href="tel:12329"' in main, path
            assert 'href="tel:12329"' in page

    def test_the_first_screen_has_eight_items_that_the_centre_offers(
        self, database: TestDatabase, world: World
    ) -> None:
        visitor = site(database).test_client()
        before = visitor.get(f"/m/{world.centre.code}/").text
        assert before.count(f"/m/{world.centre.code}/items/") == 8
        assert f"/m/{world.centre.code}/items/W01" in before
        world.centre.remove("W01")
        after = visitor.get(f"/m/{world.centre.code}/").text
        assert f"/m/{world.centre.code}/items/W01" not in after
        assert after.count(f"/m/{world.centre.code}/items/") == 8

    def test_a_switched_off_channel_is_said_so(
        self, database: TestDatabase, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def only_hall(session: TenantSession, rows: object) -> set[tuple[str, str]]:
            return {("W01", "hall")}

        for module in ("shared_channels.mobile.console.reading", "tenants.catalogue.console.public"):
            monkeypatch.setattr(f"{module}.open_pairs", only_hall)
        visitor = site(database).test_client()
        assert visitor.get(f"/m/{world.centre.code}/").text.count(f"/m/{world.centre.code}/items/") == 1
        assert "暂停办理" in visitor.get(f"/m/{world.centre.code}/items/W01").text
        page = visitor.get(f"/c/{world.centre.code}/items/W01").text
        assert page.count("可以办理") == 1

    def test_without_channels_set_up_every_channel_counts_as_offered(self, world: World) -> None:
        with world.centre.read() as session:
            assert offering.open_pairs(session, []) is None

    def test_an_internal_or_unknown_item_is_not_found(self, database: TestDatabase, world: World) -> None:
        visitor = site(database).test_client()
        for code in ("T02", "D17", "Z99"):
            assert visitor.get(f"/m/{world.centre.code}/items/{code}").status_code == 404


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_pages_behave_in_a_browser(
    browser: Browser, database: TestDatabase, world: World, screen: dict[str, int], scripts: bool
) -> None:
    code = world.centre.code
    with served(site(database)) as base:
        context = browser.new_context(viewport=screen, locale="zh-CN", java_script_enabled=scripts)  # type: ignore[arg-type]
        try:
            for path in (*paths(code), f"/c/{code}/items", f"/c/{code}/items/L01", "/"):
                page = context.new_page()
                watch = Watch.on(page)
                answer = page.goto(base + path)
                assert answer is not None
                assert answer.ok
                if scripts:
                    check_page(page, watch)
                else:
                    assert page.locator("main").inner_text().strip()
                page.close()
        finally:
            context.close()
