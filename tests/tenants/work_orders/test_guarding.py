"""Who may not see or do what: other people and tenants by SQL, two seats at once, limits without a second person."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from kernel.approvals import service as approvals
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.db.roles import DbRole
from kernel.errors import DomainError, Invalid
from tenants.work_orders import errors, queries, service
from tenants.work_orders.models import (
    WorkOrder,
    WorkOrderAnswer,
    WorkOrderEvent,
    WorkOrderRating,
    WorkOrderState,
)
from tests.database import TestDatabase
from tests.tenants.work_orders.world import ANSWER, World, business_time

TABLES = (WorkOrder, WorkOrderEvent, WorkOrderAnswer, WorkOrderRating)


def _rows(session: TenantSession) -> list[int]:
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


def test_a_person_reads_only_what_is_the_own(world: World) -> None:
    party = world.party()
    order_id = world.opened(party)
    world.answered(order_id)
    with world.as_citizen(party) as session:
        service.rate_answer(session, party, order_id, "satisfied")
    with world.as_staff() as session:
        service.comment(session, world.seat(), order_id, world.order(order_id).version, "内部意见")
    with world.as_citizen(party, read_only=True) as session:
        assert _rows(session) == [1, 3, 1, 1]
    with world.as_citizen(world.party(), read_only=True) as session:
        assert _rows(session) == [0, 0, 0, 0]
        with pytest.raises(errors.WorkOrderNotFound):
            queries.one_mine(session, party.account_id, order_id)
    other = world.database.open_centre("C99172")
    scope = world.database.scope(other, DbRole.CITIZEN, str(party.account_id))
    with world.database.door().tenant_tx(scope, read_only=True) as session:
        assert _rows(session) == [0, 0, 0, 0]


def _refused(world: World, party: service.Party, act: Callable[[TenantSession], object]) -> None:
    with (
        pytest.raises(DBAPIError, match="row-level security|permission denied"),
        world.as_citizen(party) as session,
    ):
        act(session)
        session.flush()


def test_a_person_never_writes_as_the_staff(world: World) -> None:
    party = world.party()
    order_id = world.opened(party)
    seen = world.order(order_id)
    base = {"account_id": party.account_id, "kind": "complaint", "origin": "citizen", "channel": "wechat"}
    base |= {"content": b"x", "state_at": seen.state_at, "opened_at": seen.opened_at, "limit_value": 3}
    base |= {"received_on": seen.received_on, "due_on": seen.due_on, "limit_unit": "working_day"}
    for wrong in ({"state": "answered"}, {"origin": "rating"}, {"account_id": uuid4()}, {"round": 2}):
        _refused(
            world, party, lambda s, w=wrong: s.add(WorkOrder(id=uuid7(), number=str(uuid4()), **(base | w)))
        )
    step = {
        "work_order_id": order_id,
        "account_id": party.account_id,
        "at": seen.opened_at,
        "kind": "answered",
    }
    step |= {"from_state": "taken", "to_state": "answered", "by_kind": "staff", "by_name": "沈青禾"}
    _refused(world, party, lambda s: s.add(WorkOrderEvent(id=uuid7(), **step)))
    _refused(
        world,
        party,
        lambda s: s.add(
            WorkOrderAnswer(
                id=uuid7(), work_order_id=order_id, account_id=party.account_id, round=1, kind="complaint",
                content=b"x", person_id=uuid4(), person_name="x", answered_at=seen.opened_at, due_on=seen.due_on, on_time=True,
            )
        ),
    )  # fmt: skip


def test_a_person_changes_a_waiting_order_not_at_all_and_an_answered_one_by_reopening_only(
    world: World,
) -> None:
    party = world.party()
    order_id = world.opened(party)

    def push(session: TenantSession, **values: object) -> int:
        statement = update(WorkOrder).where(WorkOrder.id == order_id).values(**values)
        return len(session.execute(statement.returning(WorkOrder.id)).all())

    with world.as_citizen(party) as session:
        assert push(session, due_on=date(2030, 1, 1)) == 0
        session.changed_nothing()
    world.answered(order_id)
    _refused(world, party, lambda s: push(s, due_on=date(2030, 1, 1)))
    _refused(world, party, lambda s: push(s, state="closed", round=2))
    assert world.order(order_id).state == WorkOrderState.ANSWERED


def _race(acts: list[Callable[[], object]]) -> list[str]:
    start, results = threading.Barrier(len(acts)), [""] * len(acts)

    def one(index: int) -> None:
        start.wait()
        try:
            acts[index]()
            results[index] = "done"
        except DomainError as error:
            results[index] = error.code

    threads = [threading.Thread(target=one, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results)


def test_two_seats_take_at_once_and_one_answers_twice(world: World) -> None:
    order_id = world.opened()
    names = ["沈青禾", "顾清川", "叶南星"]
    for name in names:
        world.seat(name)

    def take(name: str) -> Callable[[], object]:
        def act() -> None:
            with world.as_staff() as session:
                service.take(session, world.seat(name), order_id, 0)

        return act

    assert _race([take(name) for name in names]) == ["done", "work_orders.changed", "work_orders.changed"]
    order = world.order(order_id)
    holder = next(actor for actor in world.people.values() if actor.person_id == order.taken_person_id)

    def answer() -> None:
        with world.as_staff() as session:
            service.answer(session, holder, order_id, order.version, ANSWER)

    assert _race([answer] * 4) == ["done", *["work_orders.changed"] * 3]
    with world.as_staff(read_only=True) as session:
        count = select(func.count()).where(WorkOrderAnswer.work_order_id == order_id)
        assert session.scalar(count) == 1


def test_a_person_reopens_once_from_two_phones(world: World) -> None:
    party = world.party()
    order_id = world.opened(party)
    world.answered(order_id)

    def reopen() -> None:
        with world.as_citizen(party) as session:
            service.reopen(session, party, order_id, "问题没有解决")

    results = _race([reopen] * 3)
    assert results.count("done") == 1
    assert set(results) <= {"done", "work_orders.changed", "work_orders.cannot_reopen"}
    assert world.order(order_id).round == 2


def test_a_limit_is_changed_by_two_people_and_counts_for_what_comes_later(database: TestDatabase) -> None:
    from tests.tenants.work_orders.world import open_world

    place = open_world(database, "C99173")
    editor, approver = (
        place.seat("杜若溪", role="centre_editor"),
        place.seat("秦望山", role="centre_approver"),
    )
    payload = {"kind": "complaint", "value": 5, "unit": "working_day"}
    with business_time("2026-11-23 09:00"):
        before = place.opened()
    with place.as_staff() as session:
        change = approvals.propose(session, editor, "work_orders.limit", payload, "本市规定5个工作日")
        change_id, seen = change.id, change.content_hash
    with place.as_staff(read_only=True) as session:
        assert queries.limit_of(session, "complaint").value == 3
    with place.as_staff() as session:
        approvals.approve(session, approver, change_id, seen)
    with place.as_staff(read_only=True) as session:
        limit = queries.limit_of(session, "complaint")
    assert (limit.value, limit.own) == (5, True)
    with business_time("2026-11-23 09:00"):
        after = place.opened()
    assert (place.order(before).due_on, place.order(after).due_on) == (date(2026, 11, 26), date(2026, 11, 30))
    for wrong in ({"value": 0}, {"unit": "month"}, {"kind": "other"}):
        with pytest.raises(Invalid), place.as_staff() as session:
            approvals.propose(session, editor, "work_orders.limit", payload | wrong, "试")
