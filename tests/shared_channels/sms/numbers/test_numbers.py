"""Blocked numbers and limits: registry of the province, sealed numbers, two people for the limits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kernel.crypto.secret import RevealPurpose, Secret, reveal
from kernel.db import utc_now
from kernel.errors import Forbidden, Invalid
from shared_channels.sms.messages import errors
from shared_channels.sms.messages import service as messages
from shared_channels.sms.numbers import queries, service
from tests.database import TestDatabase
from tests.shared_channels.sms.message_templates.site import Site, open_site
from tests.shared_channels.sms.message_templates.test_pages import approve, change_of
from tests.shared_channels.sms.messages.site import a_phone, rows, run
from tests.web_client import client_for, post

BASE = "/console/sms/numbers"
CODE: dict[str, Any] = {"template": "code.login", "values": {"code": "123456"}}


@pytest.fixture
def site(database: TestDatabase) -> Site:
    return open_site(database, "C95501")


def send(database: TestDatabase, site: Site, phone: Secret[str], key: str) -> None:
    with database.door().tenant_tx(database.scope(site.centre)) as session:
        accepted = messages.accept(session, phone=phone, key=key, **CODE)
        session.audit("test.sms_accepted", "sms_message", accepted.message_id, "测试受理短信")


def test_province_and_centre_mark_a_number_alike(database: TestDatabase, site: Site) -> None:
    phone, marks = a_phone(), []
    for tenant in (database.province_id, site.centre):
        with database.door().tenant_tx(database.scope(tenant), read_only=True) as session:
            marks.append(queries.registry_index(session, phone))
    assert marks[0] is not None
    assert marks[0] == marks[1]


def test_a_blocked_number_gets_nothing_until_it_is_unblocked(database: TestDatabase, site: Site) -> None:
    phone = a_phone()
    with database.door().tenant_tx(database.scope()) as session:
        blocked = service.block(session, site.operator, phone, "ALL", "attack").id
    with pytest.raises(errors.NumberBlocked):
        send(database, site, phone, "b-1")
    [row] = [r for r in rows(database, "sms_blocked_number") if r["id"] == blocked]
    assert reveal(phone, RevealPurpose.AUTHORISED_VIEW).encode() not in bytes(row["phone"]) + bytes(
        row["number_index"]
    )
    with database.door().tenant_tx(database.scope()) as session:
        service.unblock(session, site.operator, blocked)
    send(database, site, phone, "b-1")


def test_who_opted_out_of_policy_still_gets_codes(database: TestDatabase, site: Site) -> None:
    phone = a_phone()
    with database.door().tenant_tx(database.scope()) as session:
        service.block(session, site.operator, phone, "POLICY", "opt_out")
    send(database, site, phone, "b-2")
    run(
        database,
        "insert into sms_template (tenant_id, id, code, number, state, name_zh, category, never_stopped, body_zh, variables, origin,"
        " published_at) values (%s, uuidv7(), 'policy.test', 1, 'published', '政策', 'POLICY', false, '新政', '[]', 'template', now())",
        site.centre,
    )
    with (
        pytest.raises(errors.NumberBlocked),
        database.door().tenant_tx(database.scope(site.centre)) as session,
    ):
        messages.accept(session, template="policy.test", phone=phone, values={}, key="b-3")


def test_a_block_ends_by_itself(database: TestDatabase, site: Site) -> None:
    phone = a_phone()
    with database.door().tenant_tx(database.scope()) as session:
        service.block(session, site.operator, phone, "ALL", "other", utc_now() + timedelta(hours=1))
    with pytest.raises(errors.NumberBlocked):
        send(database, site, phone, "b-4")
    run(database, "update sms_blocked_number set until = now() - interval '1 second' where until is not null")
    send(database, site, phone, "b-4")
    with pytest.raises(Invalid), database.door().tenant_tx(database.scope()) as session:
        service.block(session, site.operator, phone, "ALL", "other", utc_now() - timedelta(hours=1))


def test_only_the_provinces_operator_blocks(database: TestDatabase, site: Site) -> None:
    for actor, tenant in ((site.editor, site.centre), (site.operator, site.centre)):
        with pytest.raises(Forbidden), database.door().tenant_tx(database.scope(tenant)) as session:
            service.block(session, actor, a_phone(), "ALL", "attack")
    assert client_for(database, site.editor).get(BASE).status_code == 403


def test_limits_change_by_two_people_and_count_at_once(database: TestDatabase, site: Site) -> None:
    operator, approver = client_for(database, site.operator), client_for(database, site.province_approver)
    given = {"OTP-hour": "1", "OTP-day": "2", "NOTICE-hour": "", "NOTICE-day": "50"}
    assert "每小时 5 条" in operator.get(BASE).get_data(as_text=True)
    page = post(operator, f"{BASE}/limits", given).get_data(as_text=True)
    assert "每小时 1 条、每天 2 条" in page
    payload = '{"OTP": [1, 2], "NOTICE": [null, 50], "QUERY_REPLY": [null, null], "POLICY": [null, 2]}'
    assert (
        post(operator, f"{BASE}/limits/proposal", {"payload": payload, "reason": "收紧"}).status_code == 302
    )
    assert approve(approver, change_of(database, database.province_id)) == 302
    phone = a_phone()
    try:
        send(database, site, phone, "l-1")
        with pytest.raises(errors.NumberLimited):
            send(database, site, phone, "l-2")
        run(database, "update sms_number_count set hour_from = hour_from - interval '1 hour'")
        send(database, site, phone, "l-2")
        run(database, "update sms_number_count set hour_from = hour_from - interval '1 hour'")
        with pytest.raises(errors.NumberLimited):
            send(database, site, phone, "l-3")
    finally:
        run(database, "update sms_limit set per_hour = 5, per_day = 20 where category = 'OTP'")


@pytest.mark.parametrize(
    "given", [{"OTP-hour": "9", "OTP-day": "2"}, {"OTP-hour": "1"}, {"OTP-hour": "0", "OTP-day": "2"}]
)
def test_limits_that_make_no_sense_are_refused(
    database: TestDatabase, site: Site, given: dict[str, str]
) -> None:
    assert post(client_for(database, site.operator), f"{BASE}/limits", given).status_code == 422


def test_the_page_shows_masked_numbers_only(database: TestDatabase, site: Site) -> None:
    operator, phone = client_for(database, site.operator), a_phone()
    number = reveal(phone, RevealPurpose.AUTHORISED_VIEW)
    given = {
        "phone": f"{number[:3]} {number[3:7]} {number[7:]}",
        "reach": "ALL",
        "reason": "complaint",
        "until": "",
    }
    assert post(operator, f"{BASE}/blocked", given).status_code == 302
    page = operator.get(BASE).get_data(as_text=True)
    assert phone.masked in page
    assert number not in page
    assert post(operator, f"{BASE}/blocked", {**given, "phone": "12"}).status_code == 422
