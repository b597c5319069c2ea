"""Accepting: one row for one key, in the caller's transaction, sealed, charged to the payer."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from kernel import vault
from kernel.calendar import clock
from kernel.crypto.secret import RevealPurpose, Secret, reveal
from kernel.db import TenantSession, UnauditedChange, utc_now
from kernel.db.ids import uuid7
from kernel.errors import Invalid
from shared_channels.sms.messages import errors, queries, service
from shared_channels.sms.messages.service import Accepted
from shared_channels.sms.numbers.queries import registry_index
from tests.database import TestDatabase
from tests.shared_channels.sms.messages.site import a_phone, rows, run, set_up


@pytest.fixture(scope="module")
def centre(database: TestDatabase) -> UUID:
    set_up(database)
    return database.open_centre("C95101", "示例市住房公积金管理中心")


def send(session: TenantSession, phone: Secret[str], key: str, **more: Any) -> Accepted:
    given: dict[str, Any] = {"template": "code.login", "values": {"code": Secret("482913")}, **more}
    accepted = service.accept(session, phone=phone, key=key, **given)
    if not accepted.repeated:
        session.audit("test.sms_accepted", "sms_message", accepted.message_id, "测试受理短信")
    return accepted


def test_a_message_stands_in_all_its_tables(database: TestDatabase, centre: UUID) -> None:
    phone = a_phone()
    with database.door().tenant_tx(database.scope(centre)) as session:
        accepted = send(session, phone, "k-1", origin=("challenge", "c-1"))
        own = vault.of(session)
    [message] = [m for m in rows(database, "sms_message", centre) if m["id"] == accepted.message_id]
    assert (message["category"], message["lane"], message["state"], message["segments"]) == (
        "OTP",
        0,
        "queued",
        1,
    )
    assert (message["template_code"], message["template_number"], message["never_stopped"]) == (
        "code.login",
        1,
        True,
    )
    assert message["accepted_in"] == centre
    text = own.open("sms_message", "text", accepted.message_id, bytes(message["text"]))
    words = reveal(text, RevealPurpose.AUTHORISED_VIEW)
    assert words.startswith("【住房公积金】登录验证码482913，")
    assert words.endswith("<示例市>")
    assert own.open("sms_message", "phone", accepted.message_id, bytes(message["phone"])) == phone
    [queued] = [q for q in rows(database, "sms_queue", centre) if q["id"] == accepted.message_id]
    assert queued["lane"] == 0
    assert 290 < (queued["expires_at"] - queued["due_at"]).total_seconds() < 310
    assert [k["message_id"] for k in rows(database, "sms_key", centre) if k["key"] == "k-1"] == [
        accepted.message_id
    ]


def test_no_personal_value_stands_in_clear_in_any_column(database: TestDatabase, centre: UUID) -> None:
    phone = a_phone()
    number = reveal(phone, RevealPurpose.AUTHORISED_VIEW)
    with database.door().tenant_tx(database.scope(centre)) as session:
        send(session, phone, "k-clear", values={"code": Secret("735291")})
    for table in ("sms_message", "sms_key", "sms_queue", "sms_number_count", "audit_event", "outbox_event"):
        shown = [
            part
            for row in rows(database, table)
            for value in row.values()
            for part in (value.hex() if isinstance(value, bytes | memoryview) else str(value),)
        ]
        assert shown or table == "outbox_event"
        for secret in (number, "735291", "登录验证码"):
            assert not any(secret in part or secret.encode().hex() in part for part in shown), table


def test_a_repeated_key_gives_the_first_message(database: TestDatabase, centre: UUID) -> None:
    phone = a_phone()
    with database.door().tenant_tx(database.scope(centre)) as session:
        first = send(session, phone, "k-2")
    with database.door().tenant_tx(database.scope(centre)) as session:
        again = send(session, phone, "k-2")
    assert (again.message_id, again.repeated, again.segments) == (first.message_id, True, first.segments)
    assert len([m for m in rows(database, "sms_message", centre) if m["id"] == first.message_id]) == 1


@pytest.mark.parametrize(
    "other", [{"values": {"code": "111111"}}, {"template": "code.register"}, {"phone": a_phone()}]
)
def test_a_key_with_other_content_is_refused(
    database: TestDatabase, centre: UUID, other: dict[str, Any]
) -> None:
    phone, key = a_phone(), f"k-other-{sorted(other)}"
    with database.door().tenant_tx(database.scope(centre)) as session:
        send(session, phone, key)
    with pytest.raises(errors.KeyUsed), database.door().tenant_tx(database.scope(centre)) as session:
        send(session, **{"phone": phone, "key": key, **other})


def test_32_requests_with_one_key_make_one_message(database: TestDatabase, centre: UUID) -> None:
    phone, found, gate = a_phone(), [], threading.Barrier(32)

    def one() -> None:
        gate.wait()
        with database.door().tenant_tx(database.scope(centre)) as session:
            found.append(send(session, phone, "k-32"))

    threads = [threading.Thread(target=one) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 32
    assert len({accepted.message_id for accepted in found}) == 1
    assert sum(not accepted.repeated for accepted in found) == 1
    with database.door().tenant_tx(database.scope(centre), read_only=True) as session:
        mark = registry_index(session, phone)
    counted = [c["day_count"] for c in rows(database, "sms_number_count") if bytes(c["number_index"]) == mark]
    assert counted == [1]


def test_a_roll_back_leaves_nothing(database: TestDatabase, centre: UUID) -> None:
    tables = ("sms_message", "sms_key", "sms_queue", "sms_allowance")
    before = {table: rows(database, table, centre) for table in tables}
    with pytest.raises(ZeroDivisionError), database.door().tenant_tx(database.scope(centre)) as session:
        send(session, a_phone(), "k-rolled-back")
        raise ZeroDivisionError
    assert {table: rows(database, table, centre) for table in tables} == before


def test_accepting_without_an_audit_event_does_not_commit(database: TestDatabase, centre: UUID) -> None:
    with pytest.raises(UnauditedChange), database.door().tenant_tx(database.scope(centre)) as session:
        service.accept(
            session, template="code.login", phone=a_phone(), values={"code": "123456"}, key="k-unaudited"
        )
    assert [k for k in rows(database, "sms_key", centre) if k["key"] == "k-unaudited"] == []


def test_the_province_lets_a_centre_pay_and_nobody_else_does(database: TestDatabase, centre: UUID) -> None:
    other = database.open_centre("C95102", "乙市住房公积金管理中心")
    child = database.open_centre("C95103", "示例市油田分中心", parent=centre)
    for payer in (centre, child):
        with database.door().tenant_tx(database.scope()) as session:
            accepted = send(session, a_phone(), f"k-paid-{payer}", payer=payer)
        [message] = [m for m in rows(database, "sms_message", payer) if m["id"] == accepted.message_id]
        assert (message["tenant_id"], message["accepted_in"]) == (payer, database.province_id)
        [allowance] = rows(database, "sms_allowance", payer)
        assert allowance["reserved_segments"] >= 1
    for acting, payer in ((centre, other), (centre, child), (child, centre), (centre, database.province_id)):
        with (
            pytest.raises(Exception, match="does not pay here"),
            database.door().tenant_tx(database.scope(acting)) as session,
        ):
            send(session, a_phone(), "k-foreign", payer=payer)
        assert [k for k in rows(database, "sms_key") if k["key"] == "k-foreign"] == []


def test_a_closed_centre_pays_nothing(database: TestDatabase) -> None:
    closed = database.open_centre("C95104")
    run(database, "update k.tenant set status = 'suspended' where id = %s", closed)
    with (
        pytest.raises(Exception, match="is not open"),
        database.door().tenant_tx(database.scope()) as session,
    ):
        send(session, a_phone(), "k-closed", payer=closed)


@pytest.mark.parametrize(
    ("template", "values", "field"),
    [
        ("code.login", {}, "code"),
        ("code.login", {"code": "12"}, "code"),
        ("code.login", {"code": "1234567"}, "code"),
        ("code.login", {"code": "123456", "more": "x"}, "more"),
        ("notice.case_decided", {"item": "购房提取", "case_no": "A1", "result": "同意【】"}, "result"),
        ("notice.case_decided", {"item": "购房提取", "case_no": "A1", "result": "见http://a"}, "result"),
        ("notice.case_decided", {"item": "购" * 21, "case_no": "A1", "result": "同意"}, "item"),
        ("notice.case_decided", {"item": "购房提取", "case_no": "A1", "result": "同意\n"}, "result"),
        ("notice.payout", {"item": "购房提取", "case_no": "A1", "amount": "壹万"}, "amount"),
    ],
)
def test_values_that_do_not_fit_are_refused(
    database: TestDatabase, centre: UUID, template: str, values: dict[str, str], field: str
) -> None:
    with pytest.raises(Invalid) as refused, database.door().tenant_tx(database.scope(centre)) as session:
        send(session, a_phone(), "k-bad", template=template, values=values)
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize("number", ["1600000000", "26000000001", "160000000012", "abc"])
def test_a_number_that_is_none_is_refused(database: TestDatabase, centre: UUID, number: str) -> None:
    with pytest.raises(errors.NumberInvalid), database.door().tenant_tx(database.scope(centre)) as session:
        send(session, Secret(number), "k-number")


def test_a_template_that_is_not_approved_is_refused(database: TestDatabase, centre: UUID) -> None:
    with (
        pytest.raises(errors.TemplateNotApproved),
        database.door().tenant_tx(database.scope(centre)) as session,
    ):
        send(session, a_phone(), "k-unknown", template="notice.unknown")


def test_a_number_gets_no_more_codes_than_the_limit_whoever_asks(
    database: TestDatabase, centre: UUID
) -> None:
    phone = a_phone()
    for count in range(5):
        acting = (centre, database.province_id)[count % 2]
        with database.door().tenant_tx(database.scope(acting)) as session:
            send(session, phone, f"k-limit-{count}")
    with pytest.raises(errors.NumberLimited), database.door().tenant_tx(database.scope(centre)) as session:
        send(session, phone, "k-limit-5")
    with database.door().tenant_tx(database.scope(centre)) as session:
        send(session, a_phone(), "k-limit-other")
        assert [k for k in rows(database, "sms_key", centre) if k["key"] == "k-limit-5"] == []
    run(database, "update sms_number_count set hour_from = hour_from - interval '1 hour'")
    with database.door().tenant_tx(database.scope(centre)) as session:
        send(session, phone, "k-limit-5")


def test_the_hard_cap_stops_notices_but_no_codes(database: TestDatabase) -> None:
    tenant = database.open_centre("C95105")
    with database.door().tenant_tx(database.scope(tenant)) as session:
        send(session, a_phone(), "k-first")
    run(database, "update sms_allowance set cap_segments = 1, hard = true where tenant_id = %s", tenant)
    notice = {"template": "notice.work_order_answered", "values": {"order_no": "G1"}}
    with pytest.raises(errors.AllowanceSpent), database.door().tenant_tx(database.scope(tenant)) as session:
        send(session, a_phone(), "k-notice", **notice)
    with database.door().tenant_tx(database.scope(tenant)) as session:
        send(session, a_phone(), "k-code")
    assert [k["key"] for k in rows(database, "sms_key", tenant)] == ["k-first", "k-code"]
    [allowance] = rows(database, "sms_allowance", tenant)
    assert allowance["reserved_segments"] == 2


def test_virtual_time_spreads_a_tenant_but_starts_at_the_clock(database: TestDatabase) -> None:
    tenant = database.open_centre("C95106")
    run(database, "update k.sms_clock set vtime = 100 where lane = 0")
    for count in range(3):
        with database.door().tenant_tx(database.scope(tenant)) as session:
            send(session, a_phone(), f"k-v-{count}")
    assert [q["vtime"] for q in rows(database, "sms_queue", tenant)] == [101, 102, 103]
    run(database, "update k.sms_clock set vtime = 500 where lane = 0")
    run(database, "update k.sms_flow set weight = 2 where tenant_id = %s", tenant)
    with database.door().tenant_tx(database.scope(tenant)) as session:
        send(session, a_phone(), "k-v-late")
    assert rows(database, "sms_queue", tenant)[-1]["vtime"] == 500.5
    run(database, "update k.sms_clock set vtime = 0")


def test_a_further_message_costs_one_round_trip(database: TestDatabase, centre: UUID) -> None:
    with database.door().tenant_tx(database.scope(centre)) as session:
        send(session, a_phone(), "k-warm")
    sent: list[str] = []
    listener = lambda *given: sent.append(given[2])  # noqa: E731
    with database.door().tenant_tx(database.scope(centre)) as session:
        session.connection()
        event.listen(database.door().engine, "before_cursor_execute", listener)
        accepted = service.accept(
            session, template="code.login", phone=a_phone(), values={"code": "123456"}, key="k-counted"
        )
        event.remove(database.door().engine, "before_cursor_execute", listener)
        session.audit("test.sms_accepted", "sms_message", accepted.message_id, "测试受理短信")
    assert ["sms_put" in statement for statement in sent] == [True]


def test_a_withdrawn_template_stops_within_two_seconds(database: TestDatabase, centre: UUID) -> None:
    with database.door().tenant_tx(database.scope(centre)) as session:
        send(session, a_phone(), "k-before", template="code.bind_channel")
    run(
        database,
        "insert into sms_template (tenant_id, id, code, number, state, name_zh, category, never_stopped, body_zh, variables,"
        " origin, published_at) select %s, uuidv7(), code, 9, 'withdrawn', name_zh, category, never_stopped, body_zh, variables,"
        " 'template', now() from sms_template where code = 'code.bind_channel' limit 1",
        centre,
    )
    time.sleep(queries.KEEP_S + 0.1)
    with (
        pytest.raises(errors.TemplateNotApproved),
        database.door().tenant_tx(database.scope(centre)) as session,
    ):
        send(session, a_phone(), "k-after", template="code.bind_channel")


def test_no_caller_raises_the_category(database: TestDatabase, centre: UUID) -> None:
    """What the application hands over names a template only; lane and category are the database's own."""
    with database.door().tenant_tx(database.scope(centre)) as session:
        accepted = send(
            session, a_phone(), "k-lane", template="notice.work_order_answered", values={"order_no": "G9"}
        )
        row = queries.message(session, accepted.message_id)
        assert (row.category, row.lane, row.never_stopped) == ("NOTICE", 1, False)
    foreign = database.open_centre("C95107")
    run(
        database,
        "insert into sms_template (tenant_id, id, code, number, state, name_zh, category, never_stopped, body_zh, variables,"
        " origin, published_at) values (%s, uuidv7(), 'code.own', 1, 'published', '自己', 'OTP', true, '验证码', '[]', 'template', now())",
        foreign,
    )
    [stolen] = [t["id"] for t in rows(database, "sms_template", foreign)]
    with database.door().tenant_tx(database.scope(centre)) as session:
        queries.terms(session, centre, "code.login")
        sealed = queries.Sealed(
            uuid7(),
            "k-stolen",
            b"h",
            stolen,
            None,
            b"p",
            b"i" * 32,
            b"t",
            1,
            clock.now(),
            None,
            None,
            ("", ""),
        )
        assert [verdict for _, verdict in queries.put(session, centre, [sealed])] == ["template"]


def test_a_batch_answers_row_by_row_and_keeps_their_order(database: TestDatabase) -> None:
    tenant = database.open_centre("C95108")
    with database.door().tenant_tx(database.scope(tenant)) as session:
        terms = queries.terms(session, tenant, "code.login")
        assert terms is not None

        def one(key: str, content: bytes = b"c", template: UUID = terms.template_id) -> queries.Sealed:
            return queries.Sealed(
                uuid7(),
                key,
                content,
                template,
                None,
                b"p",
                b"i" * 32,
                b"t",
                2,
                clock.now(),
                None,
                None,
                ("", ""),
            )

        first = queries.put(session, tenant, [one("z"), one("a")])
        again = queries.put(
            session, tenant, [one("z"), one("m", template=uuid7()), one("a", b"other"), one("b"), one("b")]
        )
        session.audit("test.sms_accepted", "sms_message", tenant, "测试受理短信")
    assert [verdict for _, verdict in first] == ["accepted", "accepted"]
    assert [verdict for _, verdict in again] == ["repeated", "template", "conflict", "accepted", "repeated"]
    assert again[0][0] == first[0][0]
    assert again[4][0] == again[3][0]
    assert sorted(k["key"] for k in rows(database, "sms_key", tenant)) == ["a", "b", "z"]
    assert [q["vtime"] for q in rows(database, "sms_queue", tenant)] == [2, 4, 6]
    [allowance] = rows(database, "sms_allowance", tenant)
    assert allowance["reserved_segments"] == 6


def test_business_time_names_the_month_and_wall_time_the_queue(database: TestDatabase) -> None:
    tenant = database.open_centre("C95109")
    ahead = datetime(2027, 3, 31, 17, 0, tzinfo=UTC) - utc_now()
    clock.set_source(lambda: ahead)
    try:
        with database.door().tenant_tx(database.scope(tenant)) as session:
            send(session, a_phone(), "k-march", due_at=clock.now() + timedelta(hours=1))
    finally:
        clock.set_source(timedelta)
    [message] = rows(database, "sms_message", tenant)
    assert message["month"] == "2027-04"
    assert 3500 < (message["due_at"] - utc_now()).total_seconds() < 3700
