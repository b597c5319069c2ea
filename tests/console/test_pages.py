"""Every pattern, every error page: well-formed for people and machines, at two widths, in three environments."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from kernel.web.settings import Environment
from tests.browser import DESK, PHONE, browser
from tests.console.page_checks import Watch, check_page, html_faults
from tests.console.samples import ERROR_PAGES, PAGES, sample_app, served

__all__ = ["browser"]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served(sample_app()) as base:
        yield base


@pytest.mark.parametrize("path", PAGES)
def test_pages_hold_what_a_page_must_hold(path: str) -> None:
    answer = sample_app().test_client().get(path)
    assert answer.status_code == 200
    check_page(answer.text)


@pytest.mark.parametrize(("path", "status"), ERROR_PAGES.items())
def test_errors_are_pages_with_their_status(path: str, status: int) -> None:
    answer = sample_app().test_client().get(path)
    assert answer.status_code == status
    assert answer.headers["X-Request-Id"] in answer.text
    assert "ZeroDivisionError" not in answer.text
    assert "secret" not in answer.text
    check_page(answer.text)


@pytest.mark.parametrize("screen", [DESK, PHONE], ids=["desk", "phone"])
def test_pages_behave_in_a_browser(browser: Browser, address: str, screen: dict[str, int]) -> None:
    context = browser.new_context(viewport=screen, locale="zh-CN")  # type: ignore[arg-type]
    try:
        page = context.new_page()
        watch = Watch.on(page)
        for path in (*PAGES, "/console/refused", "/h5/nothing", "/guide/broken/busy"):
            page.goto(address + path)
            check_page(page, watch)
    finally:
        context.close()


def test_inbox_moves_with_keys_and_the_menu_folds(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=DESK, locale="zh-CN")  # type: ignore[arg-type]
    page = context.new_page()
    try:
        page.goto(address + "/console/inbox")
        page.keyboard.press("j")
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.getAttribute('href')") == "/console/detail?n=1"
        page.keyboard.press("k")
        assert page.evaluate("document.activeElement.getAttribute('href')") == "/console/detail?n=0"
        page.click("[data-menu-toggle]")
        page.reload()
        assert "g-menu-closed" in (page.get_attribute("body", "class") or "")
    finally:
        context.close()


def test_ticked_rows_open_the_bulk_bar_and_say_how_many(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport=DESK, locale="zh-CN")  # type: ignore[arg-type]
    page = context.new_page()
    try:
        page.goto(address + "/console/items")
        assert not page.is_visible("#bulk-form")
        page.check("[data-bulk-all]")
        assert page.inner_text("[data-bulk-count]") == "20"
        page.check("[data-bulk-everything]")
        assert page.inner_text("[data-bulk-count]") == "1284"
        page.click("[data-bulk-none]")
        assert not page.is_visible("#bulk-form")
    finally:
        context.close()


@pytest.mark.parametrize(
    ("environment", "word"), [(Environment.REHEARSAL, "演练"), (Environment.DEMO, "演示")], ids=str
)
@pytest.mark.parametrize("path", ["/console/", "/console/sign-in", "/h5/", "/guide/", "/console/broken/x"])
def test_rehearsal_and_demo_say_so_on_every_page(environment: Environment, word: str, path: str) -> None:
    answer = sample_app(environment).test_client().get(path)
    assert f"<strong>{word}</strong>" in answer.text


def test_production_says_neither() -> None:
    text = sample_app().test_client().get("/console/").text
    assert "演练" not in text
    assert "演示" not in text


def test_a_refusal_says_which_permission_is_missing_and_whom_to_ask() -> None:
    text = sample_app().test_client().get("/console/refused").text
    assert "办理中心入驻" in text
    assert "省级平台管理员（刘卫东）" in text


def test_errors_of_a_form_stand_beside_the_field_and_are_counted_with_what_was_typed() -> None:
    client = sample_app().test_client()
    page = client.get("/console/edit").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    typed = {"csrf_token": token[1], "name": "长" * 61, "days": "30", "limit_fen": "一万", "kind": "withdraw"}
    answer = client.post("/console/edit", data=typed)
    assert answer.status_code == 422
    check_page(answer.text)
    assert "有 5 处需要修改" in answer.text
    assert "最多 60 个字。" in answer.text
    assert 'value="一万"' in answer.text
    assert 'aria-describedby="f-days-help f-days-error"' in answer.text


def test_large_type_is_remembered_and_offers_the_hotline() -> None:
    client = sample_app().test_client()
    assert "h-hotline" not in client.get("/h5/").text
    assert "h-hotline" in client.get("/h5/?ui_type=large").text
    assert "h-hotline" in client.get("/h5/").text


@pytest.mark.parametrize(
    ("html", "fault"),
    [
        ("<input name=x>", "field without label"),
        ("<p id=a></p><p id=a></p>", "id used 2 times"),
        ("<script>1</script>", "inline script"),
        ('<a href="/x" onclick="y()">查看</a>', "onclick"),
        ('<form method="post" action="/x"></form>', "CSRF"),
        ("<p>Submit 成功</p>", "Latin word 'Submit'"),
        ("<p>提交成功！</p>", "'！'"),
        ('<img src="https://example.org/a.png" alt="">', "another host"),
        ("<table><tr><th>名称</th></tr></table>", "scope"),
        ("<button></button>", "without a name"),
        ("<p>None</p>", "None"),
        ('<label for="nothing">名称</label>', "names nothing"),
    ],
)
def test_the_checks_see_each_fault(html: str, fault: str) -> None:
    assert any(fault in found for found in html_faults(html, fragment=True))


def test_the_checks_see_a_page_without_frame() -> None:
    faults = "\n".join(html_faults("<p>正文</p>"))
    for word in ("doctype", "language", "0 h1", "0 main", "0 header", "0 footer"):
        assert word in faults
