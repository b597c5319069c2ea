"""From a draft to a text that is sent: two people, the same difference, and what the pages show."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from shared_channels.sms.messages import service
from tests.database import TestDatabase
from tests.shared_channels.sms.message_templates.site import Site, open_site
from tests.shared_channels.sms.messages.site import a_phone, rows
from tests.web_client import client_for, post

BASE = "/console/sms/templates"
NEW: dict[str, Any] = {
    "code": "notice.interest",
    "name_zh": "年度结息通知",
    "category": "NOTICE",
    "body_zh": "您的公积金账户{年度}年度结息{金额}元。",
    "年度-type": "number",
    "年度-length": "4",
    "金额-type": "amount",
    "金额-length": "12",
}


@pytest.fixture
def site(database: TestDatabase) -> Site:
    return open_site(database, "C95301")


def approve(client: FlaskClient, change_id: str) -> int:
    page = client.get(f"/console/changes/{change_id}").get_data(as_text=True)
    found = re.search(r'name="seen_hash" value="([0-9a-f]+)"', page)
    assert found is not None
    return post(
        client, f"/console/changes/{change_id}/approve", {"seen_hash": found[1], "note": ""}
    ).status_code


def change_of(database: TestDatabase, tenant: UUID) -> str:
    return str(rows(database, "change_request", tenant)[-1]["id"])


def templates(database: TestDatabase, site: Site, code: str) -> list[tuple[int, str]]:
    return [
        (r["number"], r["state"]) for r in rows(database, "sms_template", site.centre) if r["code"] == code
    ]


def propose(client: FlaskClient, address: str, reason: str = "按年度安排") -> int:
    return post(client, f"{BASE}/{address}", {"reason": reason}).status_code


def test_a_new_template_is_sent_after_a_second_person_agreed(database: TestDatabase, site: Site) -> None:
    editor, approver = client_for(database, site.editor), client_for(database, site.approver)
    saved = post(editor, f"{BASE}/add", NEW)
    assert saved.status_code == 302, saved.get_data(as_text=True)
    page = editor.get(saved.location).get_data(as_text=True)
    assert "〔金额〕元。详情咨询12329&lt;示例市&gt;" in page
    assert "孙审核" in page
    assert propose(editor, "notice.interest/proposal", "") == 422
    assert propose(editor, "notice.interest/proposal") == 302
    assert templates(database, site, "notice.interest") == []
    change = change_of(database, site.centre)
    assert approve(approver, change) == 302
    assert templates(database, site, "notice.interest") == [(1, "published")]
    assert rows(database, "sms_template_draft", site.centre) == []
    values = {"v1": "2026", "v2": "123.45"}
    with database.door().tenant_tx(database.scope(site.centre)) as session:
        accepted = service.accept(
            session, template="notice.interest", phone=a_phone(), values=values, key="n-1"
        )
        session.audit("test.sms_accepted", "sms_message", accepted.message_id, "测试受理短信")
    assert accepted.segments == 1


def test_the_maker_cannot_agree(database: TestDatabase, site: Site) -> None:
    editor = client_for(database, site.editor)
    post(editor, f"{BASE}/add", NEW)
    propose(editor, "notice.interest/proposal")
    change = change_of(database, site.centre)
    assert (
        post(editor, f"/console/changes/{change}/approve", {"seen_hash": "00", "note": ""}).status_code == 403
    )
    assert templates(database, site, "notice.interest") == []


def test_an_own_version_takes_the_place_of_the_provinces_and_is_given_back(
    database: TestDatabase, site: Site
) -> None:
    editor, approver = client_for(database, site.editor), client_for(database, site.approver)
    given = {
        "name_zh": "工单答复", "category": "NOTICE", "body_zh": "您的工单{工单编号}已答复。",
        "工单编号-type": "text", "工单编号-length": "20",
    }  # fmt: skip
    assert post(editor, f"{BASE}/notice.work_order_answered/edit", given).status_code == 302
    assert propose(editor, "notice.work_order_answered/proposal") == 302
    assert approve(approver, change_of(database, site.centre)) == 302
    shown = editor.get(f"{BASE}/notice.work_order_answered").get_data(as_text=True)
    assert "您的工单〔工单编号〕已答复。" in shown
    assert propose(editor, "notice.work_order_answered/inheriting") == 302
    assert approve(approver, change_of(database, site.centre)) == 302
    shown = editor.get(f"{BASE}/notice.work_order_answered").get_data(as_text=True)
    assert "您反映的事项（工单〔工单编号〕）已有答复" in shown
    assert templates(database, site, "notice.work_order_answered") == [(1, "published"), (2, "inherited")]


def test_a_withdrawn_template_sends_nothing(database: TestDatabase, site: Site) -> None:
    editor, approver = client_for(database, site.editor), client_for(database, site.approver)
    assert propose(editor, "notice.case_accepted/withdrawal") == 302
    assert approve(approver, change_of(database, site.centre)) == 302
    assert "已停用" in editor.get(f"{BASE}?state=withdrawn").get_data(as_text=True)
    values = {"item": "购房提取", "case_no": "A1"}
    with (
        pytest.raises(Exception, match="template_not_approved"),
        database.door().tenant_tx(database.scope(site.centre)) as session,
    ):
        service.accept(session, template="notice.case_accepted", phone=a_phone(), values=values, key="w-1")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"code": "notice.case_accepted"}, "已经有使用这个编号的短信模板"),
        ({"code": "Notice"}, "编号由小写字母"),
        ({"body_zh": "您的账户{年度}年结息{金额}元【中心】"}, "正文中不要写【】"),
        ({"body_zh": "您的账户{年度}{金额}元"}, "不能紧挨着"),
        ({"年度-length": "400"}, "200"),
        ({"category": "BULK"}, "短信种类"),
        ({"category": "POLICY", "never_stopped": "1"}, "不因额度停发"),
        ({"body_zh": "您的账户{年度}年结息{金额}元，{更多}。"}, "变量“更多”"),
    ],
)
def test_a_form_with_a_fault_comes_back_with_what_was_typed(
    database: TestDatabase, site: Site, changed: dict[str, str], words: str
) -> None:
    answer = post(client_for(database, site.editor), f"{BASE}/add", {**NEW, **changed})
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert words in page
    assert "年度结息通知" in page
    assert rows(database, "sms_template_draft", site.centre) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"category": "POLICY"},
        {
            "body_zh": "您的工单{工单编号}（{编号}）已答复。",
            "编号-type": "text",
            "编号-length": "20",
        },
    ],
)
def test_an_own_version_keeps_category_and_variables_of_the_one_above(
    database: TestDatabase, site: Site, changed: dict[str, str]
) -> None:
    given = {
        "name_zh": "工单答复", "category": "NOTICE", "body_zh": "您的工单{工单编号}已答复。",
        "工单编号-type": "text", "工单编号-length": "20", **changed,
    }  # fmt: skip
    answer = post(client_for(database, site.editor), f"{BASE}/notice.work_order_answered/edit", given)
    assert answer.status_code == 422
    assert "要与上级模板一致" in answer.get_data(as_text=True)


def test_the_list_filters_and_pages_with_a_fixed_number_of_queries(
    database: TestDatabase, site: Site
) -> None:
    client = client_for(database, site.editor)
    client.get(BASE)  # the first request also notes that the session was used
    counts = []
    for address in (BASE, f"{BASE}?category=OTP", f"{BASE}?q=工单"):
        seen: list[str] = []
        listener = lambda *given: seen.append(given[2])  # noqa: E731, B023
        event.listen(database.door().engine, "before_cursor_execute", listener)
        page = client.get(address).get_data(as_text=True)
        event.remove(database.door().engine, "before_cursor_execute", listener)
        counts.append((len(seen), page.count("<tr>")))
    assert counts[0][1] > counts[1][1] > counts[2][1]
    assert len({queries for queries, _ in counts}) == 1
    assert counts[0][0] <= 16


def test_filings_are_kept_by_carrier(database: TestDatabase, site: Site) -> None:
    editor, approver = client_for(database, site.editor), client_for(database, site.approver)
    post(editor, f"{BASE}/add", NEW)
    propose(editor, "notice.interest/proposal")
    approve(approver, change_of(database, site.centre))
    address = f"{BASE}/notice.interest/filings"
    given = {"carrier": "UNICOM", "state": "submitted", "submitted_on": "2026-11-02", "note_zh": "材料齐全"}
    assert post(editor, address, given).status_code == 302
    assert (
        post(editor, address, {**given, "state": "approved", "decided_on": "2026-11-12"}).status_code == 302
    )
    [filing] = rows(database, "sms_filing", site.centre)
    assert (filing["carrier"], filing["state"], str(filing["decided_on"])) == (
        "UNICOM",
        "approved",
        "2026-11-12",
    )
    assert "材料齐全" in editor.get(f"{BASE}/notice.interest").get_data(as_text=True)
    assert post(editor, address, {**given, "decided_on": "2026-11-01"}).status_code == 422
    assert post(editor, address, {**given, "submitted_on": "昨天"}).status_code == 422
    assert post(editor, f"{BASE}/code.login/filings", given).status_code == 422
    assert post(approver, address, given).status_code == 403


def test_what_is_not_there_is_not_found(database: TestDatabase, site: Site) -> None:
    editor = client_for(database, site.editor)
    for address in (
        "notice.nothing",
        "notice.nothing/edit",
        "notice.nothing/proposal",
        "notice.nothing/withdrawal",
    ):
        assert editor.get(f"{BASE}/{address}").status_code == 404


def test_codes_of_the_log_in_are_never_withdrawn(database: TestDatabase, site: Site) -> None:
    editor = client_for(database, site.editor)
    assert editor.get(f"{BASE}/code.login/withdrawal").status_code == 409
    assert propose(editor, "code.login/withdrawal") == 409
    assert "停用模板" not in editor.get(f"{BASE}/code.login").get_data(as_text=True)
