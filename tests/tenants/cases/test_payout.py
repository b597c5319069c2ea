"""A payout happens exactly once, whatever dies or lies under way; a check waits for a core that is away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from kernel.jobs.runner import Outcome
from tenants.cases import queries, service
from tenants.cases.models import CaseState
from tenants.cases.service import paying
from tenants.core_system.adapters.demo import mark_of
from tenants.core_system.adapters.demo_people import DEMO_PEOPLE
from tenants.core_system.models import DemoCoreEntry, Mode
from tests.tenants.cases.world import AMOUNT, World, settled


@pytest.fixture(autouse=True)
def well_again(world: World) -> Iterator[None]:
    yield
    world.core(Mode.NORMAL)


def paid(world: World, ref: str) -> list[tuple[int, str]]:
    with world.as_staff(read_only=True) as session:
        rows = session.scalars(select(DemoCoreEntry).where(DemoCoreEntry.person_mark == mark_of(ref)))
        return [(row.amount_fen, row.outcome) for row in rows]


def test_dying_between_the_core_and_our_commit_pays_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = DEMO_PEOPLE[0]
    case_id = world.decided(world.party(who))

    def die(*_args: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(paying, "_record", die)
        assert world.work("cases.pay", times=3) == [Outcome.RETRY] * 3
    assert paid(world, who.ref) == [(AMOUNT, "paid")]
    assert world.case(case_id).payout_state == "waiting"
    world.work("cases.pay")
    with settled():
        world.work("cases.pay")
    assert world.state(case_id) == CaseState.PAID
    assert paid(world, who.ref) == [(AMOUNT, "paid")]


def test_an_answer_that_comes_too_late_is_asked_for_again(world: World) -> None:
    who = DEMO_PEOPLE[1]
    case_id = world.decided(world.party(who))
    world.core(Mode.SLOW, timeout_ms=60, delay_ms=5000)
    world.work("cases.pay", times=2)
    assert paid(world, who.ref) == [(AMOUNT, "paid")]
    assert (world.case(case_id).payout_state, world.case(case_id).waiting_for) == ("waiting", "core")
    world.core(Mode.WRONG)
    world.work("cases.pay")
    assert world.case(case_id).payout_state == "waiting"
    world.core(Mode.NORMAL)
    with settled():
        world.work("cases.pay")
    assert (world.state(case_id), world.case(case_id).waiting_for) == (CaseState.PAID, "")
    assert paid(world, who.ref) == [(AMOUNT, "paid")]


def test_the_same_job_twice_changes_nothing(world: World) -> None:
    who = DEMO_PEOPLE[2]
    case_id = world.decided(world.party(who))
    world.work("cases.pay")
    for _ in range(3):
        with settled(), world.as_staff() as session:
            paying.pay(session, case_id, 1)
            if session.record is None:
                session.changed_nothing()
    assert world.state(case_id) == CaseState.PAID
    assert paid(world, who.ref) == [(AMOUNT, "paid")]


def test_what_the_core_refuses_waits_for_a_clerk_who_asks_again(world: World) -> None:
    who = DEMO_PEOPLE[3]
    party = world.party(who)
    case_id = world.taken(party, amount_fen=who.base_fen)
    with world.as_staff() as session:
        from tenants.core_system import service as core

        core.of(session).withdraw(who.ref, 1_000, "another way")
        service.decide(session, world.clerk(), case_id, "approve")
    world.work("cases.pay")
    assert (world.state(case_id), world.case(case_id).payout_state) == (CaseState.PAYOUT_FAILED, "failed")
    with world.as_staff() as session:
        service.retry_payout(session, world.clerk(), case_id)
    world.work("cases.pay")
    assert (world.state(case_id), world.case(case_id).payout_attempt) == (CaseState.PAYOUT_FAILED, 2)
    with world.as_staff() as session:
        service.close(session, world.clerk(), case_id)
    assert world.state(case_id) == CaseState.CLOSED
    assert paid(world, who.ref) == [(1_000, "paid"), (who.base_fen, "failed"), (who.base_fen, "failed")]


def test_a_check_waits_for_the_core_and_goes_on_by_itself(world: World) -> None:
    party = world.party(DEMO_PEOPLE[4])
    world.core(Mode.DOWN)
    case_id = world.submitted(party, "W04")
    world.work("cases.check", times=4)
    assert (world.state(case_id), world.case(case_id).waiting_for) == (CaseState.CHECKING, "core")
    with world.as_citizen(party, read_only=True) as session:
        shown = queries.progress(session, queries.own_case(session, party.account_id, case_id))
        told = [line.text for line in queries.timeline(session, case_id, citizen=True)]
    assert shown.now_zh == "核心系统暂时不能应答，恢复后自动继续，您不需要重新提交。"
    assert told.count("核心系统暂时不能应答，恢复后自动继续核验，不需要重新提交") == 1
    assert world.waiting("cases.check")[0]["attempt"] == 4
    world.core(Mode.NORMAL)
    world.work("cases.check")
    assert (world.state(case_id), world.case(case_id).waiting_for) == (CaseState.IN_REVIEW, "")


def test_what_is_taken_back_while_the_core_is_away_stays_back(world: World) -> None:
    party = world.party(DEMO_PEOPLE[5])
    world.core(Mode.DOWN)
    case_id = world.submitted(party)
    world.work("cases.check")
    with world.as_citizen(party) as session:
        service.withdraw(session, party, case_id)
    world.core(Mode.NORMAL)
    world.work("cases.check")
    assert world.state(case_id) == CaseState.WITHDRAWN
    assert world.waiting("cases.check") == []


def test_a_centre_without_a_core_checks_by_hand(world: World) -> None:
    from sqlalchemy import delete

    from tenants.core_system.models import CoreLink

    with world.as_staff() as session:
        session.execute(delete(CoreLink))
        session.audit("test.unlinked", "core_link", "1", "测试断开")
    case_id = world.in_review(world.party(DEMO_PEOPLE[6]))
    with world.as_staff(read_only=True) as session:
        words = {
            line.rule_code: (line.outcome[0], line.source_zh) for line in queries.checks(session, case_id)
        }
    assert words["balance_covers"] == ("未核对", "未接入核心系统")
