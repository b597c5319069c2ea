"""The interface over HTTP, and looking messages up on the pages."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kernel.crypto.secret import RevealPurpose, Secret, reveal
from shared_channels.sms.messages import service
from shared_channels.sms.messages.schemas import MessageIn, MessageInDoc
from tests.database import TestDatabase
from tests.shared_channels.sms.message_templates.site import Site, open_site
from tests.shared_channels.sms.messages.site import a_phone, rows
from tests.web_client import client_for, post, token_for

ADDRESS = "/api/v1/sms/messages"
NOTICE = {"template": "notice.case_accepted", "values": {"item": "购房提取", "case_no": "B20260001"}}


@pytest.fixture(scope="module")
def site(database: TestDatabase) -> Site:
    return open_site(database, "C95201")


@pytest.fixture
def editor(database: TestDatabase, site: Site) -> FlaskClient:
    return client_for(database, site.editor)


def plain(phone: Secret[str]) -> str:
    return reveal(phone, RevealPurpose.AUTHORISED_VIEW)


def send(client: FlaskClient, key: str, body: Any) -> TestResponse:
    headers = {"Idempotency-Key": key, "X-CSRF-Token": token_for(client)}
    return client.post(ADDRESS, json=body, headers={k: v for k, v in headers.items() if v})


def test_one_message_comes_in_once(database: TestDatabase, site: Site, editor: FlaskClient) -> None:
    body = {**NOTICE, "phone": plain(a_phone())}
    first, again = send(editor, "h-1", body), send(editor, "h-1", body)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json is not None
    assert again.json == {**first.json, "repeated": True}
    assert first.json["repeated"] is False
    [message] = [m for m in rows(database, "sms_message", site.centre) if str(m["id"]) == first.json["id"]]
    assert (message["origin_kind"], message["category"], message["lane"]) == ("api", "NOTICE", 1)
    events = [e for e in rows(database, "audit_event", site.centre) if e["action"] == "sms.accepted"]
    assert [e["object_id"] for e in events].count(first.json["id"]) == 1


@pytest.mark.parametrize(
    ("key", "body", "status", "code"),
    [
        ("", {**NOTICE, "phone": "16000000001"}, 422, "sms.key_missing"),
        ("带空格 的", {**NOTICE, "phone": "16000000001"}, 422, "sms.key_missing"),
        ("h-2", {**NOTICE}, 422, "invalid"),
        ("h-2", {**NOTICE, "phone": "16000000001", "category": "OTP"}, 422, "invalid"),
        ("h-2", {**NOTICE, "phone": 16000000001}, 422, "invalid"),
        ("h-2", {**NOTICE, "phone": "123"}, 422, "sms.number_invalid"),
        ("h-2", {**NOTICE, "phone": "16000000001", "values": {}}, 422, "invalid"),
        (
            "h-2",
            {**NOTICE, "phone": "16000000001", "values": {str(n): "x" for n in range(13)}},
            422,
            "invalid",
        ),
        ("h-2", {**NOTICE, "phone": "16000000001", "due_at": "2026-12-01T08:00:00"}, 422, "invalid"),
        (
            "h-2",
            {**NOTICE, "phone": "16000000001", "template": "notice.none"},
            409,
            "sms.template_not_approved",
        ),
        ("h-2", [], 422, "invalid"),
    ],
)
def test_what_does_not_fit_is_refused(
    editor: FlaskClient, key: str, body: Any, status: int, code: str
) -> None:
    answer = send(editor, key.encode().decode("latin-1"), body)
    assert answer.status_code == status
    assert answer.json is not None
    assert answer.json["code"] == code
    assert "16000000001" not in answer.get_data(as_text=True)


def test_the_same_key_with_another_text_is_a_conflict(editor: FlaskClient) -> None:
    phone = plain(a_phone())
    assert send(editor, "h-3", {**NOTICE, "phone": phone}).status_code == 202
    other = {**NOTICE, "phone": phone, "values": {"item": "贷款", "case_no": "B20260001"}}
    answer = send(editor, "h-3", other)
    assert (answer.status_code, answer.json and answer.json["code"]) == (409, "sms.key_used")


def test_without_the_right_nothing_is_sent(database: TestDatabase, site: Site) -> None:
    assert (
        send(client_for(database, site.approver), "h-4", {**NOTICE, "phone": "16000000001"}).status_code
        == 403
    )
    assert [k for k in rows(database, "sms_key", site.centre) if k["key"] == "api:h-4"] == []


@pytest.mark.parametrize(
    "body",
    [
        {"template": "a.b", "phone": "1"},
        {"template": "a.b", "phone": "1", "values": {"k": "v"}},
        {"template": "a.b", "phone": "1", "due_at": "2026-12-01T08:00:00+08:00"},
        {"template": "a.b", "phone": "1", "expires_at": None},
        {"template": "a.b"},
        {"phone": "1"},
        {"template": 1, "phone": "1"},
        {"template": "a.b", "phone": "1", "values": {"k": 1}},
        {"template": "a.b", "phone": "1", "values": []},
        {"template": "a.b", "phone": "1", "more": 1},
        {"template": "a.b", "phone": "1", "due_at": "morning"},
    ],
)
def test_the_decoder_and_the_document_take_the_same(body: dict[str, Any]) -> None:
    try:
        msgspec.convert(body, MessageIn)
        decoded = True
    except msgspec.ValidationError:
        decoded = False
    assert decoded is (MessageInDoc().validate(body) == {})


def looked_up(client: FlaskClient, phone: str, reason: str = "not_received") -> TestResponse:
    return post(client, "/console/sms/messages/search", {"phone": phone, "reason": reason, "reference": ""})


def test_a_search_shows_states_but_neither_number_nor_code(database: TestDatabase, site: Site) -> None:
    phone = a_phone()
    with database.door().tenant_tx(database.scope(site.centre)) as session:
        for key, template, values in (
            ("s-1", "code.login", {"code": "902817"}),
            ("s-2", "notice.work_order_answered", {"order_no": "G7"}),
        ):
            accepted = service.accept(session, template=template, phone=phone, values=values, key=key)
        session.audit("test.sms_accepted", "sms_message", accepted.message_id, "测试受理短信")
    client = client_for(database, site.editor)
    answer = looked_up(client, plain(phone))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert phone.masked in page
    assert "登录验证码" in page
    assert "工单答复通知" in page
    for secret in (plain(phone), "902817", "G7"):
        assert secret not in page
    [event] = [e for e in rows(database, "audit_event", site.centre) if e["action"] == "sms.looked_up"][-1:]
    body = bytes(event["body"]).decode()
    assert "收信人反映没有收到" in body
    assert plain(phone) not in body


def test_a_search_needs_a_number_and_a_reason(database: TestDatabase, site: Site) -> None:
    client = client_for(database, site.editor)
    before = len([e for e in rows(database, "audit_event", site.centre) if e["action"] == "sms.looked_up"])
    assert looked_up(client, "16000000001", "").status_code == 422
    assert looked_up(client, "12", "complaint").status_code == 422
    after = len([e for e in rows(database, "audit_event", site.centre) if e["action"] == "sms.looked_up"])
    assert after == before


def test_another_centre_finds_nothing(database: TestDatabase, site: Site) -> None:
    phone = a_phone()
    with database.door().tenant_tx(database.scope(site.centre)) as session:
        accepted = service.accept(
            session, template="code.login", phone=phone, values={"code": "123456"}, key="s-3"
        )
        session.audit("test.sms_accepted", "sms_message", accepted.message_id, "测试受理短信")
    other = open_site(database, "C95202")
    client = client_for(database, other.editor)
    assert "没有发往" in looked_up(client, plain(phone)).get_data(as_text=True)
    assert client.get(f"/console/sms/messages/{accepted.message_id}").status_code == 404


def test_a_text_is_shown_for_a_reason_and_never_that_of_a_code(database: TestDatabase, site: Site) -> None:
    ids = {}
    with database.door().tenant_tx(database.scope(site.centre)) as session:
        for template, values in (
            ("code.login", {"code": "558213"}),
            ("notice.work_order_answered", {"order_no": "G8"}),
        ):
            accepted = service.accept(
                session, template=template, phone=a_phone(), values=values, key=f"t-{template}"
            )
            ids[template] = accepted.message_id
        session.audit("test.sms_accepted", "sms_message", accepted.message_id, "测试受理短信")
    notice, code = (f"/console/sms/messages/{ids[t]}" for t in ("notice.work_order_answered", "code.login"))
    revealer, editor = client_for(database, site.revealer), client_for(database, site.editor)
    assert "G8" not in editor.get(notice).get_data(as_text=True)
    assert post(editor, f"{notice}/text", {"reason": "complaint"}).status_code == 403
    assert post(revealer, f"{notice}/text", {"reason": ""}).status_code == 422
    shown = post(revealer, f"{notice}/text", {"reason": "complaint"})
    assert shown.status_code == 200
    assert "工单G8" in shown.get_data(as_text=True)
    refused = post(revealer, f"{code}/text", {"reason": "complaint"})
    assert refused.status_code == 409
    assert "558213" not in refused.get_data(as_text=True) + revealer.get(code).get_data(as_text=True)
    actions = [e["action"] for e in rows(database, "audit_event", site.centre)]
    assert actions.count("sms.text_revealed") == 1
