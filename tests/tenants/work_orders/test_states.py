"""Whatever seats and people do in whatever order: arrows are kept, the clock never moves by handing over, one answer for each round."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kernel.errors import DomainError
from tenants.work_orders import service
from tenants.work_orders.models import WorkOrderAnswer, WorkOrderEvent, WorkOrderState
from tenants.work_orders.policy.states import MOVES, STATE_KIND, STATE_ZH
from tenants.work_orders.policy.words import KIND_ZH, STEP_ZH
from tests.tenants.work_orders.world import ANSWER, World

STEPS = ("take", "take_other", "hand_over", "back", "answer", "close", "reopen", "comment", "rate")


def test_every_state_has_arrows_and_words() -> None:
    assert set(MOVES) == set(STATE_ZH) == set(STATE_KIND) == set(WorkOrderState)
    assert set().union(*MOVES.values()) <= set(WorkOrderState)


def _do(world: World, party: service.Party, order_id: UUID, step: str) -> None:
    version, seat = world.order(order_id).version, world.seat()
    if step in ("reopen", "rate"):
        with world.as_citizen(party) as session:
            if step == "reopen":
                service.reopen(session, party, order_id, "问题没有解决")
            else:
                service.rate_answer(session, party, order_id, "basically")
        return
    with world.as_staff() as session:
        if step.startswith("take"):
            service.take(session, seat if step == "take" else world.seat("顾清川"), order_id, version)
        elif step in ("hand_over", "back"):
            unit = world.unit("BH") if step == "hand_over" else None
            service.hand_over(session, seat, order_id, version, unit, "请核实")
        elif step == "answer":
            service.answer(session, seat, order_id, version, ANSWER)
        elif step == "close":
            service.close(session, seat, order_id, version)
        else:
            service.comment(session, seat, order_id, version, "已电话联系")


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(STEPS), min_size=3, max_size=9))
def test_any_order_of_steps_keeps_the_rules(world: World, steps: list[str]) -> None:
    party = world.party()
    order_id = world.opened(party)
    for step in steps:
        before = world.order(order_id)
        try:
            _do(world, party, order_id, step)
        except DomainError:
            after = world.order(order_id)
            assert (after.state, after.version, after.due_on) == (before.state, before.version, before.due_on)
            continue
        after = world.order(order_id)
        assert after.state == before.state or after.state in MOVES[before.state]
        if step != "reopen":
            assert (after.due_on, after.received_on) == (before.due_on, before.received_on)
    with world.as_staff(read_only=True) as session:
        rounds = session.scalars(
            select(WorkOrderAnswer.round).where(WorkOrderAnswer.work_order_id == order_id)
        ).all()
        kinds = session.scalars(
            select(WorkOrderEvent.kind).where(WorkOrderEvent.work_order_id == order_id)
        ).all()
    assert set(kinds) <= set(STEP_ZH)
    assert len(set(rounds)) == len(rounds)
    assert kinds.count("reopened") <= 1


@pytest.mark.parametrize("kind", list(KIND_ZH))
def test_kinds_have_words(kind: str) -> None:
    assert KIND_ZH[kind]
