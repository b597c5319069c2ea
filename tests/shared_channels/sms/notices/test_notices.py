"""What happens to a case or a work order reaches its person by SMS, once for each step."""

from __future__ import annotations

from uuid import UUID

import pytest

import shared_channels.sms.notices.jobs  # noqa: F401
from kernel import vault
from kernel.crypto.secret import RevealPurpose, reveal
from kernel.db.roles import Login
from kernel.jobs.runner import Outcome
from shared_channels.sms.messages import queries
from shared_channels.sms.notices import policy
from tenants.core_system.adapters.demo_people import DEMO_PEOPLE
from tests.database import TestDatabase
from tests.shared_channels.sms.messages.site import rows, run, set_up
from tests.tenants.cases import world as cases
from tests.tenants.work_orders import world as orders

HANDLER = "shared_channels.sms.notices.jobs."


@pytest.fixture(scope="module")
def world(database: TestDatabase) -> cases.World:
    set_up(database)
    return cases.open_world(database, "C95601")


def texts(database: TestDatabase, tenant: UUID) -> list[tuple[str, str]]:
    """Template and text of every message of a tenant, oldest first."""
    with database.door().tenant_tx(database.scope(tenant), read_only=True) as session:
        own = vault.of(session)
        return [
            (
                row["template_code"],
                reveal(
                    own.open("sms_message", "text", row["id"], bytes(row["text"])),
                    RevealPurpose.AUTHORISED_VIEW,
                ),
            )
            for row in rows(database, "sms_message", tenant)
        ]


def test_a_case_is_told_from_receipt_to_payout(database: TestDatabase, world: cases.World) -> None:
    case_id = world.decided(world.party())
    number = world.case(case_id).number
    for name in ("tell_accepted", "tell_decided"):
        assert set(world.work(HANDLER + name)) == {Outcome.DONE}
    world.work("cases.pay", times=2)
    with cases.settled():
        world.work("cases.pay", times=2)
    world.work(HANDLER + "tell_paid")
    told = texts(database, world.tenant_id)
    assert [code for code, _ in told] == ["notice.case_accepted", "notice.case_decided", "notice.payout"]
    assert all(number in text and text.startswith("【") and "详情咨询12329" in text for _, text in told)
    assert "结果：审核通过" in told[1][1]
    assert f"已支付{policy.yuan(cases.AMOUNT)}元" in told[2][1]
    message = rows(database, "sms_message", world.tenant_id)[0]
    assert (message["origin_kind"], message["origin_id"]) == ("case", str(case_id))
    assert rows(database, "sms_message", world.tenant_id)[2]["never_stopped"] is True


def test_a_request_for_more_is_told_each_time(database: TestDatabase, world: cases.World) -> None:
    party = world.party(DEMO_PEOPLE[1])
    case_id = world.taken(party)
    before = len(rows(database, "sms_message", world.tenant_id))
    with world.as_staff() as session:
        cases.service.ask_supplement(session, world.clerk(), case_id, "请补充购房合同")
    assert world.work(HANDLER + "tell_supplement") == [Outcome.DONE]
    assert len(rows(database, "sms_message", world.tenant_id)) == before + 1
    assert "请补充购房合同" not in texts(database, world.tenant_id)[-1][1]


def test_a_notice_that_may_not_go_is_left_out_and_said(database: TestDatabase, world: cases.World) -> None:
    party = world.party(DEMO_PEOPLE[2])
    run(
        database,
        "insert into sms_template (tenant_id, id, code, number, state, name_zh, category, never_stopped, body_zh, variables,"
        " origin, published_at) values (%s, uuidv7(), 'notice.case_accepted', 1, 'withdrawn', '受理', 'NOTICE', false, '受理',"
        " '[]', 'template', now())",
        world.tenant_id,
    )
    case_id = world.submitted(party)
    before = len(rows(database, "sms_message", world.tenant_id))
    with database.door(Login.WORKER).tenant_tx(database.scope(world.tenant_id), read_only=True) as session:
        queries.forget_terms(session)
    assert Outcome.DONE in world.work(HANDLER + "tell_accepted")
    assert len(rows(database, "sms_message", world.tenant_id)) == before
    wanted = ("sms.notice_left_out", str(case_id))
    written = rows(database, "audit_event", world.tenant_id)
    events = [event for event in written if (event["action"], event["object_id"]) == wanted]
    assert len(events) == 1
    assert "模板还没有批准" in events[0]["summary"]


def test_an_answer_is_told_to_who_left_a_number(database: TestDatabase) -> None:
    set_up(database)
    world = orders.open_world(database, "C95602")
    order_id = world.opened()
    world.answered(order_id)
    assert world.work(HANDLER + "tell_answered") == [Outcome.DONE]
    [(code, text)] = texts(database, world.tenant_id)
    assert code == "notice.work_order_answered"
    assert world.order(order_id).number in text
    assert orders.ANSWER not in text


@pytest.mark.parametrize(("fen", "words"), [(0, "0.00"), (5, "0.05"), (123456789, "1,234,567.89")])
def test_money_in_words(fen: int, words: str) -> None:
    assert policy.yuan(fen) == words


def test_a_long_item_name_is_cut_to_what_the_template_takes() -> None:
    assert policy.item_words("购房提取") == "购房提取"
    assert len(policy.item_words("字" * 40)) == policy.ITEM_LENGTH
