"""The second act, clicked through: a depositor on a phone, a clerk and a seat at their desks, the statement of the month.

With GJJ_PICTURES=folder the pages are kept as pictures.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import text

from billing_budget.tariffs.seed import seed_tariffs
from kernel.db.roles import Login
from kernel.tenancy import tenants
from shared_channels.sms.messages.seed import seed_province_sms
from tenants.core_system import service as core_system
from tenants.core_system.adapters.demo_people import DEMO_PEOPLE, DemoPerson
from tests.browser import DESK, PHONE
from tests.console.page_checks import check_page
from tests.journeys.axe import grave_findings
from tests.journeys.house import SUB_CENTRE, House
from tests.shared_channels.accounts.conftest import codes, patient
from tests.shared_channels.accounts.world import Codes
from tests.tenants.cases.world import World, settled

__all__ = ["codes", "patient"]
PICTURES = os.environ.get("GJJ_PICTURES")
PERSON: DemoPerson = [each for each in DEMO_PEOPLE if each.centre_code == SUB_CENTRE][1]
CLERK, SEAT, ADMIN = "shiliyoutian.clerk", "shiliyoutian.seat", "shiliyoutian.admin"


@pytest.fixture
def world(house: House) -> World:
    """The sub-centre with the demo core system."""
    found = tenants.by_code(house.database.door(), SUB_CENTRE)
    assert found is not None
    with house.database.door().tenant_tx(house.database.scope(found.id)) as session:
        if core_system.connect_demo(session):
            session.audit("core.connected", "core_link", found.id, "连接演示核心系统")
    return World(house.database, found.id)


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=PHONE, locale="zh-CN")  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(browser: Browser, house: House) -> Iterator[dict[str, Page]]:
    contexts: dict[str, BrowserContext] = {}
    pages: dict[str, Page] = {}
    for who in (CLERK, SEAT, ADMIN):
        contexts[who] = house.entered(browser, who, DESK)
        contexts[who].set_default_timeout(15_000)
        pages[who] = contexts[who].new_page()
    yield pages
    for context in contexts.values():
        context.close()


def _seen(page: Page, name: str, *, full: bool = False) -> None:
    """What every page must hold; and its picture when pictures are wanted."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=full)
    check_page(page)
    assert grave_findings(page) == [], name


def test_a_person_is_served(
    house: House, world: World, phone: Page, desk: dict[str, Page], codes: Codes, patient: None
) -> None:
    at = f"{house.address}/m/{SUB_CENTRE}"
    _come_in(phone, at, codes)
    _seen(phone, "h5-mine")
    phone.goto(f"{at}/")
    _seen(phone, "h5-home")
    case_id = _apply(phone, at)
    world.work("cases.check")
    _decide(desk[CLERK], house.address, case_id)
    world.work("cases.pay")
    with settled():
        world.work("cases.pay", 2)
    _rate(phone, at, case_id)
    order_id = _complain(phone, at)
    _answer(desk[SEAT], house.address, order_id)
    phone.goto(f"{at}/orders/{order_id}")
    assert "增派引导人员" in phone.inner_text("main")
    _statement(world, desk[ADMIN], house.address)


def _come_in(phone: Page, at: str, codes: Codes) -> None:
    """Register with a code, bind by name and number."""
    phone.goto(f"{at}/register")
    _seen(phone, "h5-register")
    phone.fill("input[name=phone]", PERSON.phone)
    phone.click("main form button[type=submit]")
    phone.wait_for_selector("input[name=code]")
    phone.fill("input[name=code]", codes.last)
    phone.click("main form button[type=submit]")
    phone.wait_for_url("**/register/consent**")
    _seen(phone, "h5-consent")
    phone.check("input[name=agree]")
    phone.click("main form button[type=submit]")
    phone.wait_for_url("**/mine**")
    phone.goto(f"{at}/bind")
    phone.fill("input[name=name]", PERSON.name)
    phone.fill("input[name=identity_number]", PERSON.identity_number)
    phone.click("main form >> nth=0 >> button[type=submit]")
    phone.wait_for_url("**/mine**")


def _apply(phone: Page, at: str) -> UUID:
    """The level is raised on the way; a wrong amount is told beside its field."""
    phone.goto(f"{at}/items/W02")
    phone.click("text=在线办理")
    phone.wait_for_url("**/step-up**")
    _seen(phone, "h5-step-up")
    phone.click("text=模拟核验通过 >> nth=0")
    phone.goto(f"{at}/items/W02")
    phone.click("text=在线办理")
    phone.wait_for_url("**/fill")
    phone.fill("input[name=form-amount_fen]", "三千")
    phone.click("text=下一步：核对")
    assert "处需要修改" in phone.inner_text("main")
    assert phone.input_value("input[name=form-amount_fen]") == "三千"
    phone.fill("input[name=form-amount_fen]", "3,000.00")
    _seen(phone, "h5-form")
    phone.click("text=下一步：核对")
    phone.wait_for_url("**/confirm")
    assert "3,000.00 元" in phone.inner_text("main")
    _seen(phone, "h5-confirm")
    phone.click("text=确认提交")
    phone.wait_for_url(re.compile(r"/cases/[0-9a-f-]{36}$"))
    return UUID(phone.url.rsplit("/", 1)[1])


def _decide(clerk: Page, address: str, case_id: UUID) -> None:
    """The clerk finds the case in the list, sees the receipts, decides after reading it twice."""
    clerk.goto(f"{address}/console/cases")
    clerk.click(f"main a[href*='{case_id}']")
    shown = clerk.inner_text("main")
    assert "演示核心系统" in shown
    assert PERSON.phone not in shown
    clerk.click(f"form[action$='{case_id}/take'] button")
    _seen(clerk, "clerk-case")
    clerk.goto(f"{address}/console/cases/{case_id}/decision?verdict=approve")
    clerk.fill("textarea[name=words]", "符合提取条件")
    clerk.click("text=下一步：核对")
    _seen(clerk, "clerk-decision")
    clerk.click("text=确认通过")
    clerk.wait_for_load_state()
    assert "已作出决定" in clerk.inner_text("body")


def _rate(phone: Page, at: str, case_id: UUID) -> None:
    phone.goto(f"{at}/cases/{case_id}")
    shown = phone.inner_text("main")
    assert "已划出" in shown
    assert "核对回执" in shown
    _seen(phone, "h5-progress", full=True)
    phone.check("input[value=very_satisfied]")
    phone.click("text=提交评价")
    phone.wait_for_load_state()
    assert "非常满意" in phone.inner_text("main")


def _complain(phone: Page, at: str) -> UUID:
    phone.goto(f"{at}/orders/new")
    phone.check("input[value=complaint]")
    phone.fill("textarea[name=text]", "自助终端出卡慢，等候时间过长")
    _seen(phone, "h5-complaint")
    phone.click("main form button[type=submit]")
    phone.wait_for_url(re.compile(r"/orders/[0-9a-f-]{36}$"))
    return UUID(phone.url.rsplit("/", 1)[1])


def _answer(seat: Page, address: str, order_id: UUID) -> None:
    seat.goto(f"{address}/console/work-orders")
    _seen(seat, "seat-desk")
    seat.click(f"main a[href*='{order_id}'] >> nth=0")
    seat.click(f"form[action$='{order_id}/take'] button")
    _seen(seat, "seat-order")
    seat.goto(f"{address}/console/work-orders/{order_id}/answer")
    seat.fill("textarea[name=text]", "已更换读卡器并增派引导人员，向您致歉。")
    seat.click("text=发出答复")
    seat.wait_for_load_state()
    assert "已答复" in seat.inner_text("body")


def _statement(world: World, admin: Page, address: str) -> None:
    """Two metered messages stand on the month's statement."""
    now = datetime.now(UTC)
    with world.database.door().tenant_tx(world.database.scope()) as session:
        if seed_tariffs(session) + seed_province_sms(session):
            session.audit("test.seeded", "sms_template", "provincial", "导入省级短信模板与资费")
        else:
            session.rollback()
    with world.database.door(Login.MIGRATE).process_tx() as connection:
        connection.execute(text("set role gjj_kernel"))
        for number in range(2):
            connection.execute(
                text(
                    "select k.usage_book(:tenant, uuidv7(), :at, '回环线路', 'cmcc', 'NOTICE', 'notice.payout', 0, :n, :n, 'delivered')"
                ),
                {"tenant": world.tenant_id, "at": now, "n": number + 1},
            )
    admin.goto(f"{address}/console/statements/")
    admin.click("main table a >> nth=0")
    admin.wait_for_load_state()
    assert "短信账单" in admin.inner_text("body")
    _seen(admin, "statement")
