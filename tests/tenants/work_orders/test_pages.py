"""The seats' pages over HTTP: what is shown, to whom, in how many statements; each step with the version that its page showed."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import Secret
from tenants.work_orders.models import WorkOrderState
from tests.console.page_checks import check_page
from tests.database import TestDatabase
from tests.tenants.catalogue.site import statements
from tests.tenants.work_orders.world import ANSWER, TEXT, World, business_time, open_world
from tests.web_client import client_for, post

URL = "/console/work-orders"


@pytest.fixture(scope="module")
def desk(database: TestDatabase) -> World:
    """A centre with some work orders on the desk."""
    world = open_world(database, "C99176")
    for kind in ("complaint", "suggestion", "inquiry"):
        world.opened(kind=kind)
    world.called()
    return world


@pytest.fixture(scope="module")
def seat(desk: World) -> FlaskClient:
    return client_for(desk.database, desk.seat())


def take(desk: World, client: FlaskClient, order_id: UUID) -> None:
    answer = post(client, f"{URL}/{order_id}/take", {"version": desk.order(order_id).version})
    assert answer.location == f"{URL}/{order_id}/answer"


def test_the_pages_hold_what_pages_must_hold_and_mask_people(desk: World, seat: FlaskClient) -> None:
    order_id = desk.opened(desk.party(phone="16000005555"))
    take(desk, seat, order_id)
    for address in (URL, f"{URL}/{order_id}", f"{URL}/{order_id}/answer", f"{URL}/{order_id}/hand-over"):
        page = seat.get(address).text
        check_page(page)
        assert "江望舒" not in page
        assert "16000005555" not in page
    for address in (f"{URL}/new", f"{URL}/limits", f"{URL}?view=overdue"):
        check_page(seat.get(address).text)
    shown = seat.get(f"{URL}/{order_id}").text
    assert TEXT in shown
    assert "160****5555" in shown


def test_filters_and_views(desk: World, seat: FlaskClient) -> None:
    with business_time("2026-10-12 09:00"):
        order_id = desk.opened(kind="home_help")
    number = desk.order(order_id).number
    for query in (
        f"number={number[:8]}",
        "kind=home_help",
        "view=overdue",
        "view=desk",
        "state=opened",
        "channel=wechat",
    ):
        assert number in seat.get(f"{URL}?{query}").text, query
    for query in ("kind=petition", "view=mine", "view=answered", "state=closed", "channel=alipay"):
        assert number not in seat.get(f"{URL}?{query}").text, query
    assert "已超" in seat.get(f"{URL}?kind=home_help").text
    first = seat.get(f"{URL}?view=all").text.index(number)
    assert first < seat.get(f"{URL}?view=all").text.index("</tr>", first)
    rows = re.findall(rf'{URL}/([0-9a-f-]{{36}})"', seat.get(f"{URL}?view=all").text)
    assert rows[0] == str(order_id)


def test_the_list_sends_as_many_statements_for_one_row_as_for_many(desk: World, seat: FlaskClient) -> None:
    counts = []
    for address in (f"{URL}?number={desk.order(desk.opened()).number}", f"{URL}?view=all"):
        seat.get(address)
        with statements(desk.database) as seen:
            assert seat.get(address).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[0] <= 18


def test_one_work_order_sends_few_statements(desk: World, seat: FlaskClient) -> None:
    order_id = desk.opened()
    desk.answered(order_id)
    seat.get(f"{URL}/{order_id}")
    with statements(desk.database) as seen:
        seat.get(f"{URL}/{order_id}")
    assert len(seen) <= 18


def test_paging_goes_on_behind_the_first_page(database: TestDatabase) -> None:
    place = open_world(database, "C99177")
    ids = {str(place.called(phone=f"1600001{n:04}")) for n in range(23)}
    client = client_for(database, place.seat())
    first = client.get(URL).text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = client.get(following[1].replace("&amp;", "&")).text
    seen = [set(re.findall(rf'{URL}/([0-9a-f-]{{36}})"', page)) for page in (first, second)]
    assert (len(seen[0]), len(seen[1])) == (20, 3)
    assert seen[0] | seen[1] == ids


def test_an_answer_with_a_template_keeps_what_was_typed_and_is_sent_once(
    desk: World, seat: FlaskClient
) -> None:
    order_id = desk.opened()
    take(desk, seat, order_id)
    address, version = f"{URL}/{order_id}/answer", desk.order(order_id).version
    used = post(seat, address, {"use": "apology", "text": "江女士您好，", "version": version})
    assert used.status_code == 200
    assert "江女士您好，" in used.text
    assert "经核实属实" in used.text
    assert post(seat, address, {"text": "处理情况如下：×××，请知悉。", "version": version}).status_code == 422
    assert post(seat, address, {"text": "短", "version": version}).status_code == 422
    assert post(seat, address, {"text": ANSWER, "version": version}).status_code == 302
    assert desk.order(order_id).state == WorkOrderState.ANSWERED
    again = post(seat, address, {"text": "第二次答复，内容不同。", "version": version})
    assert again.status_code == 409
    assert "第二次答复，内容不同。" in again.text
    shown = seat.get(f"{URL}/{order_id}").text
    assert ANSWER in shown
    assert "第二次" not in shown
    assert post(seat, f"{URL}/{order_id}/close", {"version": version}).status_code == 409
    assert post(seat, f"{URL}/{order_id}/close", {"version": version + 1}).status_code == 302
    assert desk.order(order_id).state == WorkOrderState.CLOSED


def test_handing_over_remarks_and_doubles(desk: World, seat: FlaskClient) -> None:
    party = desk.party()
    order_id, double = desk.opened(party), desk.opened(party)
    base = f"{URL}/{order_id}"
    assert post(seat, f"{base}/comment", {"words": "", "version": 0}).status_code == 422
    assert post(seat, f"{base}/comment", {"words": "已电话联系", "version": 0}).status_code == 302
    assert "已电话联系" in seat.get(base).text
    wrong = post(seat, f"{URL}/{double}/merge", {"number": "1", "version": 0})
    assert wrong.status_code == 422
    assert "不能合并" in wrong.text
    merged = post(seat, f"{URL}/{double}/merge", {"number": desk.order(order_id).number, "version": 0})
    assert merged.location == base
    assert desk.order(order_id).number in seat.get(f"{URL}/{double}").text
    assert (
        post(seat, f"{base}/hand-over", {"unit_id": "x", "words": "请核实", "version": 0}).status_code == 422
    )
    unit = desk.unit("BH")
    done = post(seat, f"{base}/hand-over", {"unit_id": unit, "words": "请核实", "version": 0})
    assert done.location == URL
    assert desk.order(order_id).unit_id == unit
    branch = client_for(desk.database, desk.seat("韩知夏", "BH"))
    other = client_for(desk.database, desk.seat("罗明远", "CD"))
    assert branch.get(base).status_code == 200
    assert "滨河管理部的工单" in branch.get(URL).text
    assert other.get(base).status_code == 404
    assert post(other, f"{base}/take", {"version": 1}).status_code == 404


def test_a_call_is_written_down(desk: World, seat: FlaskClient) -> None:
    call = {
        "kind": "complaint",
        "channel": "hotline",
        "text": TEXT,
        "contact": "16000007777",
        "name": "柳如是",
    }
    assert post(seat, f"{URL}/new", call | {"contact": "123"}).status_code == 422
    assert post(seat, f"{URL}/new", call | {"contact": ""}).status_code == 422
    assert post(seat, f"{URL}/new", call | {"kind": "other"}).status_code == 422
    made = post(seat, f"{URL}/new", call)
    assert made.status_code == 302
    shown = seat.get(made.location).text
    assert "柳如是" not in shown
    assert str(Secret("柳如是", MaskKind.NAME)) in shown
    assert "160****7777" in shown
    revealed = post(seat, f"{made.location}/reveal", {"reason": "回电核实情况"})
    assert "16000007777" in revealed.text
    assert revealed.headers["Cache-Control"] == "no-store"
    assert post(seat, f"{made.location}/reveal", {"reason": ""}).status_code == 422
    assert "16000007777" not in seat.get(made.location).text
    found = post(seat, f"{URL}/find", {"phone": "160 0000 7777"})
    assert made.location in found.text
    assert "没有工单" in post(seat, f"{URL}/find", {"phone": "16000007778"}).text


def test_the_administrator_reads_and_the_others_do_not(desk: World) -> None:
    order_id = desk.opened()
    admin = client_for(desk.database, desk.seat("白若兰", role="centre_admin"))
    page = admin.get(f"{URL}/{order_id}").text
    check_page(page)
    assert "受理</button>" not in page
    assert "本月按期答复率（本机构）" in admin.get(URL).text
    for act in ("take", "comment", "merge", "close", "reveal", "hand-over", "answer"):
        assert post(admin, f"{URL}/{order_id}/{act}", {"version": 0}).status_code == 403
    clerk = client_for(desk.database, desk.seat("江疏影", role="clerk"))
    assert clerk.get(URL).status_code == 403


def test_another_centres_work_order_is_not_there(desk: World, database: TestDatabase) -> None:
    stranger = open_world(database, "C99178")
    client, order_id = client_for(database, stranger.seat()), desk.opened()
    assert client.get(f"{URL}/{order_id}").status_code == 404
    for act in ("take", "close"):
        assert post(client, f"{URL}/{order_id}/{act}", {"version": 0}).status_code == 404


def test_the_administrator_proposes_a_limit(desk: World) -> None:
    admin = client_for(desk.database, desk.seat("白若兰", role="centre_admin"))
    desk.seat("秦望山", role="centre_approver")
    address = f"{URL}/limits/complaint"
    check_page(admin.get(address).text)
    assert admin.get(f"{URL}/limits/other").status_code == 404
    assert post(admin, address, {"value": "0", "unit": "working_day"}).status_code == 422
    seen = post(admin, address, {"value": "5", "unit": "working_day"})
    check_page(seen.text)
    assert "5 个工作日" in seen.text
    assert "秦望山" in seen.text
    assert (
        post(admin, f"{address}/propose", {"value": "5", "unit": "working_day", "reason": ""}).status_code
        == 422
    )
    done = post(admin, f"{address}/propose", {"value": "5", "unit": "working_day", "reason": "本市规定"})
    assert done.location.startswith("/console/changes/")
