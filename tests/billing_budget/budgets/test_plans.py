"""A year's plan: seeded once, changed by two, readable by its tenant only."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from billing_budget.budgets import queries, service
from billing_budget.budgets.policy import Plan
from billing_budget.budgets.seed import seed_budget
from kernel.approvals import errors
from kernel.approvals import service as approvals
from kernel.calendar import clock
from kernel.errors import Invalid
from tests.database import TestDatabase
from tests.people import person


@pytest.fixture(scope="module")
def centre(database: TestDatabase) -> UUID:
    tenant = database.open_centre("C94010")
    with database.door().tenant_tx(database.scope(tenant)) as session:
        assert seed_budget(session, Plan(sms_monthly=100, allowance_fen=5_000)) == 1
        session.audit("test.seeded", "spending_plan", "*", "测试")
    return tenant


def _payload(**values: Any) -> dict[str, Any]:
    return {"year": clock.today().year, "plan": Plan(**values).stored()}


def test_a_plan_is_seeded_once(database: TestDatabase, centre: UUID) -> None:
    with database.door().tenant_tx(database.scope(centre), read_only=True) as session:
        assert seed_budget(session, Plan(sms_monthly=7)) == 0
        plan = queries.in_force(session, clock.today().year)
        assert plan is not None
        assert (plan.sms_monthly, plan.allowance_fen) == (100, 5_000)


def test_two_people_change_it(database: TestDatabase, centre: UUID) -> None:
    maker, checker = (
        person(database, centre, "赵管理", "centre_admin"),
        person(database, centre, "王审核", "centre_approver"),
    )
    with database.door().tenant_tx(database.scope(centre)) as session:
        change = approvals.propose(
            session, maker, "budgets.plan", _payload(sms_monthly=200, allowance_fen=9_000), "业务增长"
        )
        change_id, seen = change.id, change.content_hash
        assert [line["after"] for line in change.difference["lines"]] == ["200 条", "90.00 元"]
    with database.door().tenant_tx(database.scope(centre)) as session:
        approvals.approve(session, checker, change_id, seen)
        assert [(p.number, p.sms_monthly) for p in queries.revisions(session, clock.today().year)] == [
            (2, 200),
            (1, 100),
        ]


def test_the_same_plan_again_is_no_change(database: TestDatabase, centre: UUID) -> None:
    maker = person(database, centre, "钱管理", "centre_admin")
    with database.door().tenant_tx(database.scope(centre), read_only=True) as session:
        same = {
            "year": clock.today().year,
            "plan": Plan.of(queries.in_force(session, clock.today().year)).stored(),
        }
    with pytest.raises(errors.NothingChanges), database.door().tenant_tx(database.scope(centre)) as session:
        approvals.propose(session, maker, "budgets.plan", same, "无变化")


@pytest.mark.parametrize(
    ("values", "field"), [({"sms_monthly": -1}, "sms_monthly"), ({"warn_percent": 0}, "warn_percent")]
)
def test_what_makes_no_sense_is_named(
    database: TestDatabase, centre: UUID, values: dict[str, int], field: str
) -> None:
    with (
        pytest.raises(Invalid) as refused,
        database.door().tenant_tx(database.scope(centre), read_only=True) as session,
    ):
        service.describe_plan(session, _payload(**values))
    assert field in refused.value.fields


def test_last_year_is_closed(database: TestDatabase, centre: UUID) -> None:
    with (
        pytest.raises(Invalid) as refused,
        database.door().tenant_tx(database.scope(centre), read_only=True) as session,
    ):
        service.describe_plan(session, _payload() | {"year": clock.today().year - 1})
    assert "year" in refused.value.fields
