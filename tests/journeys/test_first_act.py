"""The first act, clicked through: an editor shortens a limit and opens a channel, somebody else approves, everyone sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import DESK, PHONE
from tests.journeys.house import CENTRE, House

ITEM, EDITOR, APPROVER, AUDITOR = "W02", "shili.editor", "shili.approver", "shili.audit"
REASON = "租房提取全部联网核验，缩短承诺时限并开通门户网站办理。"
COMMITTED = """() => {
  for (const s of document.querySelectorAll("select[name^=limit_][name$=_kind]"))
    if (s.value === "committed") return s.name.replace("_kind", "");
}"""


@dataclass
class Cast:
    """The people on the stage, each in a browser of their own, logged in with their password."""

    house: House
    browser: Browser
    contexts: list[BrowserContext]

    def enter(self, who: str) -> Page:
        self.house.give_account(who)
        page = self._page(DESK)
        self.house.sign_in(page, who)
        return page

    def visitor(self, size: dict[str, int]) -> Page:
        return self._page(size)

    def _page(self, size: dict[str, int]) -> Page:
        context = self.browser.new_context(viewport=size, locale="zh-CN")  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        self.contexts.append(context)
        return context.new_page()


@pytest.fixture
def cast(browser: Browser, house: House) -> Iterator[Cast]:
    found = Cast(house, browser, [])
    yield found
    for context in found.contexts:
        context.close()


def _public(cast: Cast, size: dict[str, int], path: str) -> str:
    page = cast.visitor(size)
    page.goto(f"{cast.house.address}{path}")
    return page.inner_text("main")


def _submit(page: Page, address: str) -> str:
    """The editor's part, by clicking; the address of the request."""
    page.goto(f"{address}/console/catalogue")
    page.fill("input[name=q]", "租房提取")
    page.press("input[name=q]", "Enter")
    page.click(f"main a[href='/console/catalogue/items/{ITEM}']")
    page.click(f"main a[href='/console/catalogue/items/{ITEM}/edit']")
    limit = page.evaluate(COMMITTED)
    page.fill(f"input[name={limit}_value]", "1")
    page.select_option("select[name=person_portal]", "L3")
    page.click("main button[type=submit]:has-text('保存并核对')")
    page.wait_for_url("**/proposal")
    shown = page.inner_text("main")
    for words in ("3 日", "1 日", "门户网站"):
        assert words in shown
    assert "石未央" in shown, "who can approve stands on the page"
    page.fill("textarea[name=reason]", REASON)
    page.click("main button:has-text('提交审批')")
    page.wait_for_url(f"**/items/{ITEM}")
    page.goto(f"{address}/console/inbox")
    page.click("main a[href^='/console/changes/']")
    page.wait_for_url("**/console/changes/*")
    return page.url


def _status_of_approving(page: Page) -> int:
    """What an editor gets who calls the approval without a button for it."""
    return int(
        page.evaluate(
            """async () => {
              const token = document.querySelector("input[name=csrf_token]").value;
              const body = new URLSearchParams({csrf_token: token, seen_hash: "00"});
              return (await fetch(location.pathname + "/approve", {method: "POST", body, redirect: "manual"})).status;
            }"""
        )
    )


def test_an_editor_changes_an_item_and_only_somebody_else_makes_it_count(cast: Cast, house: House) -> None:
    pages = (f"/c/{CENTRE}/items/{ITEM}", f"/m/{CENTRE}/items/{ITEM}")
    before = [_public(cast, size, path) for size, path in zip((DESK, PHONE), pages, strict=True)]
    assert all("3 日" in text and "1 日" not in text for text in before)

    editor = cast.enter(EDITOR)
    change = _submit(editor, house.address)
    assert editor.locator("main button:has-text('同意')").count() == 0
    assert _status_of_approving(editor) == 403
    after_alone = [_public(cast, size, path) for size, path in zip((DESK, PHONE), pages, strict=True)]
    assert after_alone == before, "the editor alone changed nothing"

    approver = cast.enter(APPROVER)
    approver.goto(f"{house.address}/console/inbox")
    approver.click(f"main a[href='{change.removeprefix(house.address)}']")
    seen = approver.inner_text("main")
    for words in ("3 日", "1 日", "门户网站", REASON, "林见川"):
        assert words in seen
    approver.click("main button:has-text('同意')")
    approver.wait_for_load_state()
    approver.goto(change)
    assert "已生效" in approver.inner_text("main")

    for size, path in zip((DESK, PHONE), pages, strict=True):
        text = _public(cast, size, path)
        assert "1 日" in text, path
        assert re.search(r"承诺时限|承诺", text), path
    assert "门户网站" in _public(cast, DESK, pages[0])

    auditor = cast.enter(AUDITOR)
    auditor.goto(f"{house.address}/console/audit")
    log = auditor.inner_text("main")
    for words in ("林见川", "石未央", "提交变更", "批准变更", "租房提取"):
        assert words in log
