"""The cap follows the plan and the rule, both changed by two people; what people are told fits the counters."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from billing_budget.allowance import queries, service
from billing_budget.allowance.policy import Month
from billing_budget.budgets.policy import Plan
from kernel.approvals import errors
from kernel.approvals import service as approvals
from kernel.calendar import clock
from kernel.identity.actor import Actor
from tests.billing_budget.ledger import kernel, plan, reserve
from tests.billing_budget.statements.world import World
from tests.database import TestDatabase
from tests.people import person

MONTH = f"{clock.today():%Y-%m}"
YEAR = clock.today().year


@pytest.fixture
def tenant(database: TestDatabase) -> UUID:
    return database.open_centre("C95300")


def pair(database: TestDatabase, tenant: UUID) -> tuple[Actor, Actor]:
    return person(database, tenant, "赵管理", "centre_admin"), person(
        database, tenant, "王审核", "centre_approver"
    )


def approved(database: TestDatabase, tenant: UUID, kind: str, payload: dict[str, Any]) -> None:
    maker, checker = pair(database, tenant)
    with database.door().tenant_tx(database.scope(tenant)) as session:
        change = approvals.propose(session, maker, kind, payload, "业务需要")
        change_id, seen = change.id, change.content_hash
    with database.door().tenant_tx(database.scope(tenant)) as session:
        approvals.approve(session, checker, change_id, seen)


def month(database: TestDatabase, tenant: UUID) -> Month:
    with database.door().tenant_tx(database.scope(tenant), read_only=True) as session:
        return queries.month(session, MONTH)


def test_the_rule_holds_for_the_running_month_and_for_new_ones(database: TestDatabase, tenant: UUID) -> None:
    plan(database, tenant, 2, year=YEAR)
    plan(database, tenant, 2, year=YEAR + 1)
    with kernel(database) as connection:
        assert [reserve(connection, tenant, month=MONTH) for _ in range(3)] == ["ok", "warn", "over"]
        approved(database, tenant, "allowance.rule", {"hard": True})
        assert reserve(connection, tenant, month=MONTH) == "refused"
        coming = f"{YEAR + 1}-01"
        assert [reserve(connection, tenant, month=coming) for _ in range(3)] == ["ok", "warn", "refused"]
        approved(database, tenant, "allowance.rule", {"hard": False})
        assert reserve(connection, tenant, month=MONTH) == "over"


def test_the_same_rule_again_is_no_change(database: TestDatabase, tenant: UUID) -> None:
    maker, _ = pair(database, tenant)
    with (
        pytest.raises(errors.NothingChanges),
        database.door().tenant_tx(database.scope(tenant), read_only=True) as session,
    ):
        approvals.propose(session, maker, "allowance.rule", {"hard": False}, "无变化")


@pytest.mark.parametrize("payload", [{}, {"hard": "1"}, {"hard": None}])
def test_a_broken_payload_is_refused(database: TestDatabase, tenant: UUID, payload: dict[str, Any]) -> None:
    maker, _ = pair(database, tenant)
    with (
        pytest.raises(errors.PayloadBroken),
        database.door().tenant_tx(database.scope(tenant), read_only=True) as session,
    ):
        approvals.propose(session, maker, "allowance.rule", payload, "测试")


def test_the_running_month_follows_a_changed_plan(database: TestDatabase, tenant: UUID) -> None:
    plan(database, tenant, 4, year=YEAR)
    with kernel(database) as connection:
        for _ in range(5):
            reserve(connection, tenant, month=MONTH)
    before = month(database, tenant)
    assert (before.cap, before.state, before.warned_at is None, before.over_at is None) == (
        4,
        "over",
        False,
        False,
    )
    approved(database, tenant, "budgets.plan", {"year": YEAR, "plan": Plan(sms_monthly=100).stored()})
    World(database, tenant, tenant).deliver(tenant)
    after = month(database, tenant)
    assert (after.cap, after.state, after.taken, after.warned_at, after.over_at) == (
        100,
        "normal",
        5,
        None,
        None,
    )


def test_a_month_without_a_row_is_what_the_plan_makes_of_it(database: TestDatabase, tenant: UUID) -> None:
    assert month(database, tenant) == Month(MONTH, None, False, 80)
    plan(database, tenant, 700, year=YEAR)
    assert month(database, tenant) == Month(MONTH, 700, False, 80)


@pytest.mark.parametrize(
    ("given", "state", "left", "percent"),
    [
        (Month("m", None, True, 80, used=5), "none", None, None),
        (Month("m", 10, False, 80, used=7), "normal", 3, 70),
        (Month("m", 10, False, 80, used=7, reserved=1), "warn", 2, 80),
        (Month("m", 10, False, 80, used=10), "warn", 0, 100),
        (Month("m", 10, False, 80, used=11), "over", 0, 110),
        (Month("m", 10, True, 80, used=9), "warn", 1, 90),
        (Month("m", 10, True, 80, used=10), "full", 0, 100),
        (Month("m", 0, True, 80), "full", 0, 100),
    ],
)
def test_states(given: Month, state: str, left: int | None, percent: int | None) -> None:
    assert (given.state, given.left, given.percent) == (state, left, percent)


def test_the_plan_of_another_year_leaves_this_month(database: TestDatabase, tenant: UUID) -> None:
    plan(database, tenant, 4, year=YEAR)
    with kernel(database) as connection:
        reserve(connection, tenant, month=MONTH)
    plan(database, tenant, 9, year=YEAR + 1)
    with database.door().tenant_tx(database.scope(tenant)) as session:
        service.follow_plan(session, service.PlanChanged(YEAR + 1))
    assert month(database, tenant).cap == 4
