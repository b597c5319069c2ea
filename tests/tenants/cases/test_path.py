"""The ways of a case from draft to closing."""

from __future__ import annotations

import pytest

from kernel.crypto.secret import RevealPurpose, reveal
from kernel.errors import Invalid
from tenants.cases import queries, service
from tenants.cases.errors import (
    CaseNotFound,
    LevelTooLow,
    NotDecidedYet,
    NotOffered,
    NotTakenByYou,
    RatedAlready,
    SavedElsewhere,
    WrongState,
)
from tenants.cases.models import CaseState
from tenants.cases.service.ending import close_decided, expire
from tenants.core_system.adapters.demo_people import DEMO_PEOPLE
from tests.tenants.cases.world import AMOUNT, World, business_time, settled

REASON = "依据《住房公积金管理条例》第二十四条，租房材料与登记信息不符，不予提取。"


def test_a_withdrawal_is_checked_decided_paid_rated_and_closed(world: World) -> None:
    party = world.party(DEMO_PEOPLE[0])
    case_id = world.in_review(party)
    with world.as_staff() as session:
        lines = queries.checks(session, case_id)
        assert [line.outcome[0] for line in lines] == ["相符"] * 5
        assert "提取金额 5,000.00 元，账户余额 117,260.00 元" in [line.compared_zh for line in lines]
        assert {line.source_zh for line in lines} == {"演示核心系统", "申请表", "申请材料"}
        service.take(session, world.clerk(), case_id)
    with world.as_staff() as session:
        service.decide(session, world.clerk(), case_id, "approve")
    world.work("cases.pay")
    assert (world.case(case_id).state, world.case(case_id).payout_state) == (CaseState.APPROVED, "accepted")
    with settled():
        world.work("cases.pay")
    assert (world.state(case_id), world.case(case_id).payout_state) == (CaseState.PAID, "paid")
    with world.as_citizen(party) as session:
        service.rate(session, party, case_id, "satisfied", "办得很快")
    with world.as_staff() as session:
        close_decided(session, case_id)
    assert world.state(case_id) == CaseState.CLOSED
    with world.as_citizen(party, read_only=True) as session:
        texts = [line.text for line in queries.timeline(session, case_id, citizen=True)]
        assert texts == [
            "开始填写", "提交申请", "自动核验完成，转审核人员", "开始审核", "审核通过", "已向核心系统发出划款指令",
            "款项已划出", "办结",
        ]  # fmt: skip
        rated = queries.rating(session, case_id)
        assert rated is not None
        assert (rated[0].grade, rated[1]) == ("satisfied", "办得很快")


def test_a_refusal_needs_words_and_the_applicant_reads_them(world: World) -> None:
    party = world.party(DEMO_PEOPLE[1])
    case_id = world.taken(party)
    for words in ("", "不行"):
        with pytest.raises(Invalid, match="invalid"), world.as_staff() as session:
            service.decide(session, world.clerk(), case_id, "refuse", words)
    with world.as_staff() as session:
        service.decide(session, world.clerk(), case_id, "refuse", REASON)
    with world.as_citizen(party, read_only=True) as session:
        case = queries.own_case(session, party.account_id, case_id)
        assert queries.reason_of(session, case) == REASON
        assert queries.progress(session, case).now_zh == "审核未通过，原因见下。"
        assert REASON in [line.note for line in queries.timeline(session, case_id, citizen=True)]
    with world.as_citizen(party) as session:
        service.start(session, party, "W02")


def test_only_the_clerk_who_took_it_decides(world: World) -> None:
    case_id = world.in_review(world.party(DEMO_PEOPLE[2]))
    with pytest.raises(NotTakenByYou), world.as_staff() as session:
        service.decide(session, world.clerk(), case_id, "approve")
    with world.as_staff() as session:
        service.take(session, world.clerk(), case_id)
    with pytest.raises(NotTakenByYou), world.as_staff() as session:
        service.decide(session, world.clerk("石未央"), case_id, "approve")
    with world.as_staff() as session:
        service.take(session, world.clerk("石未央"), case_id)
    with pytest.raises(NotTakenByYou), world.as_staff() as session:
        service.ask_supplement(session, world.clerk(), case_id, "请补正租房合同。")
    with world.as_staff() as session:
        service.decide(session, world.clerk("石未央"), case_id, "approve")
    with pytest.raises(WrongState, match="wrong_state"), world.as_staff() as session:
        service.decide(session, world.clerk("石未央"), case_id, "refuse", REASON)


def test_a_supplement_goes_back_and_comes_again(world: World) -> None:
    party = world.party(DEMO_PEOPLE[6])
    case_id = world.taken(party)
    with world.as_staff() as session:
        service.ask_supplement(session, world.clerk(), case_id, "请把提取金额改为实际房租。")
    with world.as_citizen(party) as session:
        case = queries.own_case(session, party.account_id, case_id)
        assert queries.progress(session, case).left_zh == "计时已暂停，补正后还有 3 日"
        service.save(session, party, case_id, {"amount_fen": 300_000}, case.version)
    with world.as_citizen(party) as session:
        service.submit(session, party, case_id)
    world.work("cases.check")
    assert (world.state(case_id), world.case(case_id).check_round) == (CaseState.IN_REVIEW, 2)
    with world.as_staff(read_only=True) as session:
        assert any("3,000.00" in line.compared_zh for line in queries.checks(session, case_id))


def test_a_service_item_is_decided_by_itself_when_everything_agrees(world: World) -> None:
    party = world.party(DEMO_PEOPLE[7])
    case_id = world.submitted(party, "D05", explanation="变更手机号码")
    world.work("cases.check")
    case = world.case(case_id)
    assert (case.state, case.decision, case.decided_name) == (CaseState.CLOSED, "approved", "自动审核")
    sealed = world.party(DEMO_PEOPLE[11])
    case_id = world.submitted(sealed, "W02")
    world.work("cases.check")
    assert world.state(case_id) == CaseState.IN_REVIEW
    with world.as_staff(read_only=True) as session:
        found = {line.rule_code: line.outcome[0] for line in queries.checks(session, case_id)}
    assert (found["account_state"], found["balance_covers"]) == ("不相符", "不相符")


def test_a_draft_goes_on_in_another_channel(world: World) -> None:
    party = world.party(DEMO_PEOPLE[3])
    case_id = world.draft(party)
    kiosk = world.party(DEMO_PEOPLE[3], "kiosk", account=party.account_id)
    with world.as_citizen(kiosk) as session:
        case = queries.own_case(session, kiosk.account_id, case_id)
        assert queries.form_of(session, case) == {"amount_fen": AMOUNT}
        assert queries.form_lines(session, case) == [("提取金额", "5,000.00 元")]
        service.save(session, kiosk, case_id, {"amount_fen": 700_000}, case.version)
    with pytest.raises(SavedElsewhere), world.as_citizen(party) as session:
        service.save(session, party, case_id, {"amount_fen": 1}, 1)
    with pytest.raises(SavedElsewhere), world.as_citizen(party) as session:
        service.submit(session, party, case_id, 1)
    with world.as_citizen(kiosk) as session:
        service.submit(session, kiosk, case_id, 2)
    assert (world.case(case_id).channel_started, world.case(case_id).channel_last) == ("wechat", "kiosk")


def test_the_form_is_checked_in_words(world: World) -> None:
    party = world.party(DEMO_PEOPLE[4], "app")
    with world.as_citizen(party) as session:
        case_id = service.start(session, party, "L01").id
    with world.as_citizen(party) as session:
        service.save(session, party, case_id, {"house": " 示例路 1 号 "}, 0)
    for values, sentences in (
        ({"amount_fen": "很多"}, ["申请贷款金额请填写金额，例如 1,234.56。"]),
        ({"amount_fen": -1}, ["申请贷款金额不能小于 0。"]),
        ({"house": "长" * 201}, ["所购住房坐落不超过 200 个字。"]),
        ({"other": "1"}, ["表单的内容项与现行表单不一致，请刷新页面后再填写。"]),
    ):
        with pytest.raises(Invalid) as refused, world.as_citizen(party) as session:
            service.save(session, party, case_id, values, 1)
        assert [text for texts in refused.value.fields.values() for text in texts] == sentences
    with pytest.raises(Invalid) as refused, world.as_citizen(party) as session:
        service.submit(session, party, case_id)
    assert refused.value.fields == {
        "amount_fen": ["请填写申请贷款金额。"],
        "months": ["请填写贷款期限（月）。"],
        "materials": ["请上传个人征信查询授权书。", "请上传首付款凭证。"],
    }


def test_who_may_start_what_where(world: World) -> None:
    who = DEMO_PEOPLE[8]
    with pytest.raises(LevelTooLow) as low, world.as_citizen(world.party(who, level=1)) as session:
        service.start(session, world.party(who, level=1), "W02")
    assert (low.value.needed, low.value.message_zh) == ("L3", "办理这个事项需要先完成实人认证。")
    with pytest.raises(NotOffered), world.as_citizen(world.party(who, "kiosk")) as session:
        service.start(session, world.party(who, "kiosk"), "W03")
    phone = world.party(who, "h5")
    with world.as_citizen(phone) as session:
        service.start(session, phone, "W02")


def test_ratings_stand_as_given(world: World) -> None:
    party = world.party(DEMO_PEOPLE[9])
    case_id = world.taken(party)
    with pytest.raises(NotDecidedYet), world.as_citizen(party) as session:
        service.rate(session, party, case_id, "satisfied")
    with world.as_staff() as session:
        service.decide(session, world.clerk(), case_id, "refuse", REASON)
    with pytest.raises(Invalid), world.as_citizen(party) as session:
        service.rate(session, party, case_id, "splendid")
    with world.as_citizen(party) as session:
        service.rate(session, party, case_id, "very_unsatisfied", "没有说清楚")
    with pytest.raises(RatedAlready), world.as_citizen(party) as session:
        service.rate(session, party, case_id, "satisfied")


def test_what_nobody_hands_in_ends(world: World) -> None:
    party = world.party(DEMO_PEOPLE[10])
    case_id = world.draft(party)
    with world.as_staff() as session:
        expire(session, case_id)
    assert world.state(case_id) == CaseState.DRAFT
    with business_time("2027-03-01T10:00:00"), world.as_staff() as session:
        expire(session, case_id)
    assert world.state(case_id) == CaseState.EXPIRED


def test_the_phone_of_notices_comes_sealed(world: World) -> None:
    party = world.party(DEMO_PEOPLE[5])
    case_id = world.submitted(party)
    with world.as_staff(read_only=True) as session:
        phone = queries.contact_of(session, case_id)
    assert str(phone) == "160****0006"
    assert reveal(phone, RevealPurpose.DELIVERY) == "16000010006"
    with world.as_staff(read_only=True) as session, pytest.raises(CaseNotFound):
        queries.contact_of(session, party.account_id)
