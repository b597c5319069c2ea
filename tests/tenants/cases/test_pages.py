"""The clerk's pages over HTTP: what is shown, to whom, in how many statements; decisions step by step."""

from __future__ import annotations

import re
from uuid import UUID

import psycopg
import pytest
from flask.testing import FlaskClient

from kernel.db.ids import uuid7
from kernel.tenancy.models import OrgUnit
from tenants.cases import service
from tenants.cases.models import CaseState
from tenants.core_system.adapters.demo_people import DEMO_PEOPLE
from tests.console.page_checks import check_page
from tests.database import TestDatabase
from tests.people import person
from tests.tenants.cases.world import PAPER, World, business_time, open_world
from tests.tenants.catalogue.site import statements
from tests.web_client import client_for, post

URL = "/console/cases"
REASON = "依据《住房公积金管理条例》第二十四条，不予提取。"


@pytest.fixture(scope="module")
def desk(database: TestDatabase) -> World:
    """A centre with two branches and a few cases on the desk."""
    world = open_world(database, "C99120")
    with world.as_staff() as session:
        for code, name in (("BH", "滨河管理部"), ("CD", "城东管理部")):
            session.add(OrgUnit(id=uuid7(), code=code, name_zh=name, kind="branch", parent_unit_id=None))
        session.audit("test.units", "org_unit", "1", "测试机构")
    for number in (0, 1, 6, 7):
        world.in_review(world.party(DEMO_PEOPLE[number]))
    return world


@pytest.fixture(scope="module")
def clerk(desk: World) -> FlaskClient:
    return client_for(desk.database, desk.clerk())


def unit_id(world: World, code: str) -> UUID:
    from sqlalchemy import select

    with world.as_staff(read_only=True) as session:
        return session.scalars(select(OrgUnit.id).where(OrgUnit.code == code)).one()


def taken(world: World, number: int) -> UUID:
    return world.taken(world.party(DEMO_PEOPLE[number]), "W04")


def test_the_list_masks_people_and_the_pages_hold_what_pages_must_hold(
    desk: World, clerk: FlaskClient
) -> None:
    page = clerk.get(URL).text
    check_page(page)
    assert "闻*" in page
    assert not any(who.name in page or who.phone in page for who in DEMO_PEOPLE)
    address = re.findall(rf'href="({URL}/[0-9a-f-]{{36}})"', page)[0]
    shown = clerk.get(address).text
    check_page(shown)
    for words in (
        "提取金额不超过账户余额",
        "演示核心系统",
        "相符",
        "平台默认值，可修改",
        "承诺时限 3 日",
        "160****",
    ):
        assert words in shown
    assert not any(who.name in shown or who.phone in shown or who.ref in shown for who in DEMO_PEOPLE)


def test_drafts_are_not_for_clerks(desk: World, clerk: FlaskClient) -> None:
    draft = desk.draft(desk.party(DEMO_PEOPLE[2]))
    assert clerk.get(f"{URL}/{draft}").status_code == 404
    assert str(draft) not in clerk.get(f"{URL}?view=all").text


def test_filters_and_views(desk: World, clerk: FlaskClient) -> None:
    number = desk.case(taken(desk, 0)).number
    assert number in clerk.get(f"{URL}?number={number[:12]}").text
    assert number in clerk.get(f"{URL}?view=mine").text
    assert number in clerk.get(f"{URL}?item=W04").text
    assert number not in clerk.get(f"{URL}?item=W02").text
    assert number not in clerk.get(f"{URL}?state=supplement").text
    assert "没有符合条件的办件" in clerk.get(f"{URL}?view=overdue").text
    with business_time("2027-06-01T10:00:00"):
        assert number in clerk.get(f"{URL}?view=overdue").text
        assert "已超" in clerk.get(f"{URL}?view=overdue").text


def test_the_list_sends_as_many_statements_for_one_row_as_for_many(desk: World, clerk: FlaskClient) -> None:
    counts = []
    for address in (f"{URL}?number={desk.case(taken(desk, 1)).number}", f"{URL}?view=all"):
        clerk.get(address)
        with statements(desk.database) as seen:
            assert clerk.get(address).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert counts[0] <= 16


def test_one_case_sends_few_statements(desk: World, clerk: FlaskClient) -> None:
    case_id = taken(desk, 6)
    clerk.get(f"{URL}/{case_id}")
    with statements(desk.database) as seen:
        clerk.get(f"{URL}/{case_id}")
    assert len(seen) <= 20


def test_a_decision_is_read_twice_and_then_opens_the_next_case(desk: World, clerk: FlaskClient) -> None:
    case_id = desk.in_review(desk.party(DEMO_PEOPLE[8]))
    address = f"{URL}/{case_id}"
    assert clerk.get(f"{address}/decision").status_code == 409
    assert post(clerk, f"{address}/take").location.endswith(address)
    check_page(clerk.get(f"{address}/decision").text)
    assert post(clerk, f"{address}/decision", {"verdict": "refuse", "words": ""}).status_code == 422
    first = post(clerk, f"{address}/decision", {"verdict": "refuse", "words": REASON})
    assert first.status_code == 200
    assert "确认后立即生效，不能撤回" in first.text
    back = post(clerk, f"{address}/decision", {"verdict": "refuse", "words": REASON, "back": "1"})
    assert f"{REASON}</textarea>" in back.text
    assert desk.state(case_id) == CaseState.IN_REVIEW
    final = post(clerk, f"{address}/decision", {"verdict": "refuse", "words": REASON, "confirmed": "1"})
    assert final.status_code == 302
    assert re.fullmatch(rf"{URL}/[0-9a-f-]{{36}}", final.location)
    assert desk.state(case_id) == CaseState.REFUSED
    assert REASON in clerk.get(address).text
    again = post(clerk, f"{address}/decision", {"verdict": "approve", "confirmed": "1"})
    assert again.status_code == 409


def test_asking_for_more(desk: World, clerk: FlaskClient) -> None:
    case_id = desk.taken(desk.party(DEMO_PEOPLE[4]))
    check_page(clerk.get(f"{URL}/{case_id}/supplement").text)
    assert post(clerk, f"{URL}/{case_id}/supplement", {"words": "短"}).status_code == 422
    assert post(clerk, f"{URL}/{case_id}/supplement", {"words": "请补正租房合同。"}).status_code == 302
    assert desk.state(case_id) == CaseState.SUPPLEMENT
    assert "计时已暂停，补正后还有 3 日" in clerk.get(f"{URL}/{case_id}").text


def test_a_refused_payout_is_asked_for_again_or_closed(desk: World, clerk: FlaskClient) -> None:
    who = DEMO_PEOPLE[9]
    case_id = desk.taken(desk.party(who), amount_fen=who.base_fen)
    with desk.as_staff() as session:
        from tenants.core_system import service as core

        core.of(session).withdraw(who.ref, 1_000, "elsewhere")
        service.decide(session, desk.clerk(), case_id, "approve")
    desk.work("cases.pay")
    page = clerk.get(f"{URL}/{case_id}").text
    assert "核心系统没有完成划款" in page
    check_page(page)
    assert post(clerk, f"{URL}/{case_id}/payout").status_code == 302
    assert desk.state(case_id) == CaseState.APPROVED
    desk.work("cases.pay")
    assert post(clerk, f"{URL}/{case_id}/close").status_code == 302
    assert desk.state(case_id) == CaseState.CLOSED


def test_plain_data_come_with_a_reason_that_is_in_the_log_first(desk: World, clerk: FlaskClient) -> None:
    who = DEMO_PEOPLE[10]
    case_id = desk.in_review(desk.party(who))
    assert post(clerk, f"{URL}/{case_id}/reveal", {"reason": "看"}).status_code == 422
    answer = post(clerk, f"{URL}/{case_id}/reveal", {"reason": "电话核对租房地址"})
    assert answer.headers["Cache-Control"] == "no-store"
    assert who.name in answer.text
    assert who.phone in answer.text
    assert who.name not in clerk.get(f"{URL}/{case_id}").text
    with psycopg.connect(desk.database.superuser_dsn) as connection:
        bodies = [
            bytes(row[0]).decode()
            for row in connection.execute(
                "select body from audit_event where tenant_id = %s", (desk.tenant_id,)
            )
        ]
    noted = [body for body in bodies if "cases.person_revealed" in body and str(case_id) in body]
    assert len(noted) == 1
    assert "电话核对租房地址" in noted[0]
    assert "江疏影" in noted[0]


def test_when_the_log_fails_nothing_is_shown(
    desk: World, clerk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kernel.db.door import TenantSession

    case_id, who = desk.in_review(desk.party(DEMO_PEOPLE[3])), DEMO_PEOPLE[3]

    def fail(self: TenantSession, action: str, *rest: object, **facts: object) -> None:
        raise RuntimeError(action)

    monkeypatch.setattr(TenantSession, "audit", fail)
    clerk.application.config["PROPAGATE_EXCEPTIONS"] = False
    answer = post(clerk, f"{URL}/{case_id}/reveal", {"reason": "电话核对租房地址"})
    assert answer.status_code == 500
    assert who.name not in answer.text


def test_a_clerk_of_a_branch_sees_the_branch(desk: World) -> None:
    riverside = person(desk.database, desk.tenant_id, "滨经办", "clerk", unit_id=unit_id(desk, "BH"))
    eastern = person(desk.database, desk.tenant_id, "东经办", "clerk", unit_id=unit_id(desk, "CD"))
    case_id = desk.in_review(desk.party(DEMO_PEOPLE[6], "hall"), "W09")
    assert desk.case(case_id).unit_id == unit_id(desk, "BH")
    mine, theirs = client_for(desk.database, riverside), client_for(desk.database, eastern)
    assert mine.get(f"{URL}/{case_id}").status_code == 200
    assert theirs.get(f"{URL}/{case_id}").status_code == 404
    assert post(theirs, f"{URL}/{case_id}/take").status_code == 404
    assert desk.case(case_id).number not in theirs.get(f"{URL}?view=all").text
    assert "显示城东管理部的办件" in theirs.get(URL).text
    assert post(mine, f"{URL}/{case_id}/take").status_code == 302


def test_a_clerk_of_another_centre_finds_nothing(desk: World, database: TestDatabase) -> None:
    other = open_world(database, "C99121")
    stranger = client_for(database, other.clerk())
    case_id = desk.in_review(desk.party(DEMO_PEOPLE[5]))
    assert stranger.get(f"{URL}/{case_id}").status_code == 404
    for verb, data in (
        ("take", {}),
        ("decision", {"verdict": "approve", "confirmed": "1"}),
        ("supplement", {"words": "请补正租房合同。"}),
        ("reveal", {"reason": "电话核对租房地址"}),
        ("payout", {}),
        ("close", {}),
    ):
        assert post(stranger, f"{URL}/{case_id}/{verb}", data).status_code == 404, verb
    assert desk.state(case_id) == CaseState.IN_REVIEW


def test_papers_are_saved_never_shown(desk: World, clerk: FlaskClient) -> None:
    party = desk.party(DEMO_PEOPLE[11], "app")
    case_id = desk.draft(party, "W03")
    file_id = desk.handed_in(party, case_id, "个人征信查询授权书")
    with desk.as_citizen(party) as session:
        service.submit(session, party, case_id)
    page = clerk.get(f"{URL}/{case_id}").text
    check_page(page)
    assert f"{URL}/{case_id}/materials/{file_id}" in page
    answer = clerk.get(f"{URL}/{case_id}/materials/{file_id}")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.data == PAPER
    other = desk.in_review(desk.party(DEMO_PEOPLE[7]), "W05")
    assert clerk.get(f"{URL}/{other}/materials/{file_id}").status_code == 404


def test_an_editor_has_no_cases(desk: World) -> None:
    editor = client_for(desk.database, person(desk.database, desk.tenant_id, "林见川", "centre_editor"))
    assert editor.get(URL).status_code == 403
