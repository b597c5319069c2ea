"""Whatever verbs come in whatever order, a case only moves along the arrows, and every step is written down."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kernel.errors import DomainError
from tenants.cases import service
from tenants.cases.errors import WrongState
from tenants.cases.models import CaseEvent, CaseState, ServiceCase
from tenants.cases.policy import states
from tenants.cases.ports import Party
from tenants.cases.service.ending import close_decided, expire
from tenants.cases.service.paying import pay
from tenants.cases.service.steps import SYSTEM, move
from tenants.core_system.adapters.demo_people import DEMO_PEOPLE
from tenants.core_system.models import Mode
from tests.tenants.cases.world import World, business_time, settled

REASON = "依据《住房公积金管理条例》第二十四条，不予提取。"
DECIDED = {CaseState.APPROVED, CaseState.REFUSED, CaseState.PAID, CaseState.PAYOUT_FAILED, CaseState.CLOSED}


class Walk:
    """One case and every verb that may be tried on it."""

    def __init__(self, world: World, amount: int) -> None:
        self.world, self.amount = world, amount
        self.party: Party = world.party(DEMO_PEOPLE[5])
        self.case_id: UUID = world.draft(self.party, amount_fen=amount)
        self.decisions = 0

    def verbs(self) -> dict[str, Callable[[], object]]:
        return {
            "save": lambda: self.citizen(
                lambda s: service.save(
                    s, self.party, self.case_id, {"amount_fen": self.amount}, self.now().version
                )
            ),
            "submit": lambda: self.citizen(lambda s: service.submit(s, self.party, self.case_id)),
            "withdraw": lambda: self.citizen(lambda s: service.withdraw(s, self.party, self.case_id)),
            "rate": lambda: self.citizen(lambda s: service.rate(s, self.party, self.case_id, "satisfied")),
            "check": lambda: self.world.work("cases.check"),
            "pay": lambda: self.world.work("cases.pay"),
            "settle": self.settle,
            "take": lambda: self.clerk(lambda s, a: service.take(s, a, self.case_id)),
            "supplement": lambda: self.clerk(
                lambda s, a: service.ask_supplement(s, a, self.case_id, "请补正租房合同。")
            ),
            "approve": lambda: self.decide("approve"),
            "refuse": lambda: self.decide("refuse"),
            "retry": lambda: self.clerk(lambda s, a: service.retry_payout(s, a, self.case_id)),
            "give_up": lambda: self.clerk(lambda s, a: service.close(s, a, self.case_id)),
            "expire": self.expire,
            "close": lambda: self.staff(lambda s: close_decided(s, self.case_id)),
            "old_pay": lambda: self.staff(lambda s: pay(s, self.case_id, 1)),
        }

    def now(self) -> ServiceCase:
        return self.world.case(self.case_id)

    def citizen(self, act: Callable) -> None:
        with self.world.as_citizen(self.party) as session:
            act(session)

    def staff(self, act: Callable) -> None:
        with self.world.as_staff() as session:
            act(session)

    def clerk(self, act: Callable) -> None:
        self.staff(lambda session: act(session, self.world.clerk()))

    def decide(self, verdict: str) -> None:
        self.clerk(lambda s, a: service.decide(s, a, self.case_id, verdict, REASON))
        self.decisions += 1

    def settle(self) -> None:
        with settled():
            self.world.work("cases.pay")

    def expire(self) -> None:
        with business_time("2027-12-01T10:00:00"):
            self.staff(lambda session: expire(session, self.case_id))

    def check(self) -> None:
        case = self.now()
        with self.world.as_staff(read_only=True) as session:
            rows = session.scalars(
                select(CaseEvent).where(CaseEvent.case_id == self.case_id).order_by(CaseEvent.step)
            ).all()
            moves = [(row.from_state, row.to_state) for row in rows if row.from_state != row.to_state]
        assert all(states.may_move(start, end) for start, end in moves)
        assert all(before[1] == after[0] for before, after in pairwise([("", "draft"), *moves]))
        assert (moves[-1][1] if moves else "draft") == case.state
        assert (case.decision is not None) == (case.state in DECIDED)
        assert self.decisions == (case.decision is not None)
        assert (case.due_on is None) == (case.running_since is None)
        assert case.state != CaseState.SUPPLEMENT or case.due_on is None
        assert case.state not in states.CLOCK_RUNS or case.due_on is not None
        assert (case.closed_at is not None) == (case.state in ("closed", "withdrawn", "expired"))


NAMES = (
    "save", "submit", "withdraw", "rate", "check", "pay", "settle", "take", "supplement", "approve", "refuse", "retry",
    "give_up", "expire", "close", "old_pay",
)  # fmt: skip
LIKELY = ("submit", "check", "take", "take", "approve", "pay", "settle", "supplement", "retry")


@settings(max_examples=25, deadline=None)
@given(
    amount=st.sampled_from([100, 20_000_000]),
    names=st.lists(st.sampled_from(NAMES + LIKELY), min_size=4, max_size=16),
)
def test_no_walk_leaves_the_arrows(world: World, amount: int, names: list[str]) -> None:
    walk = Walk(world, amount)
    verbs = walk.verbs()
    assert set(verbs) == set(NAMES)
    for name in names:
        with suppress(DomainError):
            verbs[name]()
        walk.check()
    end_of(walk)


def end_of(walk: Walk) -> None:
    """Free the person for the next walk."""
    case = walk.now()
    if case.state in states.WITHDRAWABLE:
        walk.citizen(lambda s: service.withdraw(s, walk.party, walk.case_id))
    elif case.state == CaseState.APPROVED:
        walk.world.work("cases.pay")
        walk.settle()
    if walk.now().state == CaseState.PAYOUT_FAILED:
        walk.clerk(lambda s, a: service.close(s, a, walk.case_id))
    assert walk.now().state not in states.IN_FLIGHT


def test_every_state_that_is_not_an_end_has_a_way_on() -> None:
    ends = {state for state, onward in states.MOVES.items() if not onward}
    assert ends == {CaseState.CLOSED, CaseState.WITHDRAWN, CaseState.EXPIRED}
    assert set(states.MOVES) == set(CaseState) == set(states.STATE_ZH) == set(states.STATE_KIND)


@pytest.mark.parametrize("end", ["approved", "paid", "closed", "draft"])
def test_a_move_without_an_arrow_is_refused(world: World, end: str) -> None:
    world.core(Mode.NORMAL)
    case_id = (
        world.in_review(world.party(DEMO_PEOPLE[3]))
        if end != "approved"
        else world.draft(world.party(DEMO_PEOPLE[4]))
    )
    with pytest.raises(WrongState), world.as_staff() as session:
        case = session.scalars(select(ServiceCase).where(ServiceCase.id == case_id)).one()
        move(session, case, end, "closed", SYSTEM)
    with world.as_staff() as session:
        case = session.scalars(select(ServiceCase).where(ServiceCase.id == case_id)).one()
        move(session, case, CaseState.WITHDRAWN, "withdrawn", SYSTEM)
        session.audit("test.withdrawn", "case", case_id, "测试撤回")
