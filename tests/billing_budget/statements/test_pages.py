"""Pages and downloads over HTTP: who may, what they show, how many statements they send."""

from __future__ import annotations

import io
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from billing_budget.statements import policy
from billing_budget.tariffs.policy import following_month
from kernel.calendar import clock
from tests.billing_budget.ledger import plan
from tests.billing_budget.statements.test_documents import pages
from tests.billing_budget.statements.world import LAST, LAST_MONTH, THIS, THIS_MONTH, World, counted
from tests.database import TestDatabase
from tests.people import person
from tests.web_client import client_for, post

BASE = "/console/statements"


@pytest.fixture(scope="module")
def world(database: TestDatabase) -> World:
    world = World.open(database, "C95400")
    plan(database, world.centre, 1000, year=clock.today().year)
    world.send(world.sub, LAST, 30, submitted=2, reserved=2)
    world.send(world.centre, LAST, 12)
    world.send(world.centre, THIS, 5, category="OTP", template="code.login")
    world.send(world.sub, THIS, 3)
    world.issue(world.sub)
    world.hand_up(world.sub)
    world.deliver(world.sub)
    return world


@pytest.fixture(scope="module")
def centre(world: World) -> FlaskClient:
    return client_for(world.database, person(world.database, world.centre, "赵管理", "centre_admin"))


@pytest.fixture(scope="module")
def sub(world: World) -> FlaskClient:
    return client_for(world.database, person(world.database, world.sub, "钱管理", "sub_centre_admin"))


def test_the_list_names_each_month_with_its_state(centre: FlaskClient, sub: FlaskClient) -> None:
    page = centre.get(f"{BASE}/").text
    assert "待出具" in page
    assert "本月，未出具" in page
    assert "汇总账单" in page
    assert "已出具" in sub.get(f"{BASE}/").text


def test_a_month_shows_its_lines_and_its_hash_once_issued(sub: FlaskClient) -> None:
    page = sub.get(f"{BASE}/{LAST_MONTH}").text
    for word in ("中国移动", "业务通知", "按提交计费", "3.5", "2.10", "内容指纹（SHA-256）"):
        assert word in page, word
    assert "内容指纹（SHA-256）" not in sub.get(f"{BASE}/{THIS_MONTH}").text


def test_the_consolidated_page_shows_both_with_their_states(centre: FlaskClient) -> None:
    page = centre.get(f"{BASE}/{LAST_MONTH}/consolidated").text
    assert page.count("已出具") == 1
    assert "未出具" in page
    assert "2.52" in page  # 60 + 12 segments of 3.5 fen
    running = centre.get(f"{BASE}/{THIS_MONTH}/consolidated").text
    assert "0.29" in running  # 17.5 and 10.5 fen, each rounded on its own line: 18 + 11


def test_the_spreadsheet_and_the_paper_come_as_files(sub: FlaskClient, centre: FlaskClient) -> None:
    sheet = sub.get(f"{BASE}/{LAST_MONTH}/export.xlsx")
    assert sheet.headers["Content-Disposition"].startswith("attachment")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(sheet.data)).get_sheet_by_name("账单").to_python()
    assert [r[6] for r in rows if r[0] == "合计"] == [2.1]
    assert pages(sub.get(f"{BASE}/{LAST_MONTH}/export.pdf").data) == 2
    assert pages(centre.get(f"{BASE}/{LAST_MONTH}/consolidated.pdf").data) == 1
    whole = centre.get(f"{BASE}/{LAST_MONTH}/consolidated.xlsx").data
    rows = CalamineWorkbook.from_filelike(io.BytesIO(whole)).get_sheet_by_name("汇总").to_python()
    assert [r[4] for r in rows if r[0] == "合计"] == [72.0]


def test_the_exact_bytes_can_be_fetched_and_match_the_hash_on_the_page(sub: FlaskClient) -> None:
    body = sub.get(f"{BASE}/{LAST_MONTH}/export.json").data
    assert policy.digest(body).hex() in sub.get(f"{BASE}/{LAST_MONTH}").text
    assert policy.thawed(body).segments == 60


@pytest.mark.parametrize(
    "path",
    [
        "/2026-13",
        "/x",
        "/2999-01",
        f"/{LAST_MONTH}/export.exe",
        f"/{THIS_MONTH}/export.json",
        f"/{LAST_MONTH}/consolidated.csv",
    ],
)
def test_what_there_is_not_is_not_found(sub: FlaskClient, path: str) -> None:
    assert sub.get(f"{BASE}{path}").status_code == 404


def test_issuing_by_hand(world: World, centre: FlaskClient) -> None:
    fresh = World.open(world.database, "C95410")
    fresh.send(fresh.centre, LAST, 2)
    client = client_for(world.database, person(world.database, fresh.centre, "孙管理", "centre_admin"))
    assert "出具账单" in client.get(f"{BASE}/{LAST_MONTH}").text
    assert post(client, f"{BASE}/{LAST_MONTH}/issue").status_code == 302
    assert "已出具" in client.get(f"{BASE}/{LAST_MONTH}", follow_redirects=True).text
    assert post(client, f"{BASE}/{LAST_MONTH}/issue").status_code == 409
    assert post(client, f"{BASE}/{THIS_MONTH}/issue").status_code == 409
    assert post(client, f"{BASE}/nonsense/issue").status_code == 404


@pytest.mark.parametrize("role", ["clerk", "centre_editor", "seat"])
def test_who_may_not_is_refused(world: World, role: str) -> None:
    client = client_for(world.database, person(world.database, world.centre, "李某", role))
    for path in ("/", f"/{LAST_MONTH}", f"/{LAST_MONTH}/export.pdf", f"/{LAST_MONTH}/consolidated"):
        assert client.get(f"{BASE}{path}").status_code == 403
    assert post(client, f"{BASE}/{LAST_MONTH}/issue").status_code == 403


def test_an_approver_reads_and_can_not_issue(world: World) -> None:
    client = client_for(world.database, person(world.database, world.centre, "王审核", "centre_approver"))
    assert "出具账单" not in client.get(f"{BASE}/{LAST_MONTH}").text
    assert post(client, f"{BASE}/{LAST_MONTH}/issue").status_code == 403


def test_the_province_sees_totals_of_each_body(world: World) -> None:
    client = client_for(
        world.database, person(world.database, world.database.province_id, "周财务", "province_finance")
    )
    page = client.get(f"{BASE}/{LAST_MONTH}/consolidated").text
    assert "示例油田分中心" in page
    assert "DX-C95401" in page or "DX-C8" in page


@pytest.mark.parametrize("path", ["/console/allowance/", "/console/tariffs/", "/console/budget/"])
def test_the_other_pages_of_money_open(centre: FlaskClient, path: str) -> None:
    assert centre.get(path).status_code == 200


def test_the_allowance_page_shows_the_counters(world: World, centre: FlaskClient) -> None:
    page = centre.get("/console/allowance/").text
    assert "1,000" in page
    assert "正常" in page


def test_the_rule_is_proposed_from_its_page(world: World, database: TestDatabase) -> None:
    tenant: UUID = database.open_centre("C95420")
    person(database, tenant, "王审核", "centre_approver")
    client = client_for(database, person(database, tenant, "孙管理", "centre_admin"))
    assert "停止发送" in client.get("/console/allowance/rule").text
    assert post(client, "/console/allowance/rule/propose", {"hard": "1", "reason": ""}).status_code == 422
    assert (
        post(client, "/console/allowance/rule/propose", {"hard": "1", "reason": "控制支出"}).status_code
        == 302
    )


def test_a_tariff_is_proposed_from_its_page(database: TestDatabase, world: World) -> None:
    province = database.province_id
    person(database, province, "周监管", "province_officer")
    client = client_for(database, person(database, province, "孙财务", "province_finance"))
    assert "平台默认值" in client.get("/console/tariffs/").text
    assert 'value="3.5"' in client.get("/console/tariffs/edit?carrier=cmcc").text
    month = f"{following_month(clock.today()):%Y-%m}"
    form = {
        "carrier": "cucc",
        "basis": "submitted",
        "month": month,
        "price_1": "3.45",
        "start_2": "1,000",
        "price_2": "3",
    }
    preview = post(client, "/console/tariffs/preview", form)
    assert preview.status_code == 200
    assert "超过 1,000 条的部分 3 分/条" in preview.text
    payload = '{"carrier":"cucc","basis":"submitted","month":"%s","tiers":[{"start":0,"price_milli_fen":3450}],"note":""}'
    assert (
        post(client, "/console/tariffs/propose", {"payload": payload % month, "reason": ""}).status_code
        == 422
    )
    assert (
        post(client, "/console/tariffs/propose", {"payload": payload % month, "reason": "新合同"}).status_code
        == 302
    )


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"price_1": "abc"}, "请填写单价"),
        ({"price_1": ""}, "第一档单价"),
        ({"price_2": "3"}, "请同时填写这一档的起点和单价"),
        ({"start_2": "10", "price_2": "3", "start_3": "5", "price_3": "2"}, "逐档增大"),
        ({"start_3": "5", "price_3": "2"}, "请先填写第二档"),
        ({"month": "2020-01"}, "最早可从"),
    ],
)
def test_a_form_with_a_fault_names_it(
    database: TestDatabase, world: World, changes: dict[str, str], word: str
) -> None:
    client = client_for(database, person(database, database.province_id, "孙财务", "province_finance"))
    month = f"{following_month(clock.today()):%Y-%m}"
    answer = post(
        client,
        "/console/tariffs/preview",
        {"carrier": "cmcc", "basis": "delivered", "month": month, "price_1": "3.5"} | changes,
    )
    assert answer.status_code == 422
    assert word in answer.text


def test_pages_send_as_many_statements_for_a_full_month_as_for_an_empty_one(
    world: World, database: TestDatabase
) -> None:
    def sent(client: FlaskClient, path: str) -> int:
        client.get(path)
        with counted(database.door()) as seen:
            assert client.get(path).status_code == 200
        return len(seen)

    empty = World.open(database, "C95430")
    full, bare = (
        client_for(database, person(database, tenant, "赵管理", "centre_admin"))
        for tenant in (world.centre, empty.centre)
    )
    limits = {
        f"{BASE}/": 14,
        f"{BASE}/{THIS_MONTH}": 14,
        f"{BASE}/{THIS_MONTH}/consolidated": 16,
        "/console/allowance/": 14,
    }
    for path, limit in limits.items():
        counts = sent(full, path), sent(bare, path)
        assert counts[0] - counts[1] <= 2, (path, counts)  # cells and tariffs only where something was sent
        assert counts[0] <= limit, (path, counts)
