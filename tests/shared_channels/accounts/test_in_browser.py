"""The way in as a person goes it on a small screen, with scripts and without; each page holds what a page must hold."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tenants.core_system.adapters.demo_people import DEMO_PEOPLE
from tests.browser import DESK, PHONE, browser
from tests.console.page_checks import Watch, check_page
from tests.database import TestDatabase
from tests.journeys.axe import grave_findings
from tests.people import person
from tests.shared_channels.accounts.conftest import Centre
from tests.shared_channels.accounts.world import Codes, new_phone, plain
from tests.tenants.catalogue.site import served
from tests.web_client import COOKIE, app_for, cookie_of

__all__ = ["browser"]


class Walk:
    """One phone's tab. With `PICTURES` set to a folder each page is kept as a picture."""

    def __init__(self, page: Page, base: str, centre: str, *, scripts: bool) -> None:
        self.page, self.base, self.centre, self.scripts = page, base, centre, scripts
        self.watch = Watch.on(page)

    def go(self, path: str) -> None:
        self.page.goto(f"{self.base}/m/{self.centre}/{path}")

    def press(self, text: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=text).first.click()

    def look(self, name: str, *random_words: str) -> None:
        if self.scripts:
            assert self.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name
            check_page(self.page, self.watch, allow_words=random_words)
            assert grave_findings(self.page) == [], name
        if folder := os.environ.get("PICTURES"):
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_person_registers_binds_and_proves_who_they_are(
    browser: Browser, database: TestDatabase, codes: Codes, city: Centre, patient: None, scripts: bool
) -> None:
    who = DEMO_PEOPLE[2 if scripts else 3]
    with served(app_for(database)) as base:
        context = browser.new_context(viewport=PHONE, locale="zh-CN", java_script_enabled=scripts)  # type: ignore[arg-type]
        try:
            walk = Walk(context.new_page(), base, city.code, scripts=scripts)
            _come_in(walk, codes)
            _bind(walk, who.name, who.identity_number)
            _prove(walk)
        finally:
            context.close()


def _come_in(walk: Walk, codes: Codes) -> None:
    page, number = walk.page, plain(new_phone())
    walk.go("mine")
    walk.look("mine-visitor")
    walk.go("sign-in")
    walk.look("sign-in")
    walk.go("register")
    walk.look("register")
    page.get_by_label("手机号码").fill("123")
    walk.press("获取验证码")
    walk.look("register-mistake")
    page.get_by_label("手机号码").fill(number)
    walk.press("获取验证码")
    walk.look("code")
    page.get_by_label("短信验证码").fill("000000" if codes.last != "000000" else "111111")
    walk.press("确定")
    walk.look("code-wrong")
    page.get_by_label("短信验证码").fill(codes.last)
    walk.press("确定")
    walk.look("consent")
    page.get_by_label("我已阅读并同意").check()
    walk.press("同意并完成注册")
    assert "手机号验证" in page.content()
    assert number not in page.content()
    walk.look("mine")
    walk.go("devices")
    walk.look("devices")


def _bind(walk: Walk, name: str, identity_number: str) -> None:
    walk.go("bind")
    walk.look("bind")
    walk.page.get_by_label("姓名").fill(name)
    walk.page.get_by_label("身份证号码").fill(identity_number)
    walk.press("核对并绑定")
    assert "绑定成功" in walk.page.content()
    walk.look("mine-bound")


def _prove(walk: Walk) -> None:
    walk.go("step-up")
    walk.look("step-up")
    walk.press("生成核验码")
    code = walk.page.locator(".h-state-title").inner_text()
    walk.look("counter-code", *code.split())
    walk.go("step-up")
    walk.press("模拟核验通过")
    assert "身份核验成功" in walk.page.content()
    walk.go("mine?ui_type=large")
    walk.look("mine-large")


def test_the_counter_and_the_programs_hold_what_a_console_page_must_hold(
    browser: Browser, database: TestDatabase, city: Centre
) -> None:
    clerk = person(database, city.id, "柜员己", "clerk")
    officer = person(database, database.province_id, "省级系统员乙", "system_officer")
    with served(app_for(database)) as base:
        for who, paths in (
            (clerk, ("counter/",)),
            (officer, ("channel-programs/", "channel-programs/new")),
        ):
            context = browser.new_context(viewport=DESK, locale="zh-CN")  # type: ignore[arg-type]
            context.add_cookies([{"name": COOKIE, "value": cookie_of(database, who), "url": base}])
            for number, path in enumerate(paths):
                page = context.new_page()
                watch = Watch.on(page)
                page.goto(f"{base}/console/{path}")
                check_page(page, watch, allow_words=("Ed25519", "wechat-main"))
                assert grave_findings(page) == [], path
                if folder := os.environ.get("PICTURES"):
                    page.screenshot(path=Path(folder) / f"desk-{path.split('/')[0]}-{number}.png")
            context.close()
