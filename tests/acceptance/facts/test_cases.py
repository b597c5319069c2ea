"""Cases feed facts: from the draft to the rating, each step counts once, with channel, item and business."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from acceptance.facts import jobs
from acceptance.facts.models import DailyFact, FactEvent
from kernel.calendar import clock
from kernel.events import Event
from shared_channels.accounts.events import AccountBound
from tenants.cases import service as cases
from tenants.cases.events import CaseDecided, CaseRated, CaseSubmitted
from tests.database import TestDatabase
from tests.tenants.cases.world import PERSON, World, open_world

Counts = dict[str, int]


@pytest.fixture
def world(database: TestDatabase) -> World:
    return open_world(database, "C95601")


def counted(world: World) -> Counts:
    with world.as_staff(read_only=True) as session:
        return {
            r.measure: r.value for r in session.scalars(select(DailyFact)) if r.measure.startswith("case")
        }


def feed(world: World, *events: Event) -> None:
    handlers = {
        CaseSubmitted: jobs.case_submitted,
        CaseDecided: jobs.case_decided,
        CaseRated: jobs.case_rated,
    }
    for event in events:
        with world.as_staff() as session:
            handlers[type(event)](session, event)


def test_a_case_is_counted_from_submission_to_decision(world: World) -> None:
    party = world.party(PERSON, channel="app")
    case_id = world.decided(party)
    world.work("acceptance.facts.jobs.case_submitted")
    world.work("acceptance.facts.jobs.case_decided")
    assert counted(world) == {"case.submitted": 1, "case.decided": 1, "case.decided_on_time": 1}
    feed(world, CaseSubmitted(case_id), CaseDecided(case_id), CaseSubmitted(case_id))
    assert counted(world) == {"case.submitted": 1, "case.decided": 1, "case.decided_on_time": 1}
    with world.as_staff(read_only=True) as session:
        rows = session.scalars(select(FactEvent)).all()
        assert {(r.channel, r.dims, r.day, r.source_event_id) for r in rows} == {
            ("app", "business=提取;item=W02", clock.today(), case_id)
        }


def test_a_late_case_is_no_case_in_time(world: World) -> None:
    case_id = world.decided(world.party(PERSON), "refuse", "依据不足，合同未备案")
    with world.as_staff() as session:
        found = jobs.cases.case_of_event(session, case_id)
        found.late = True
        session.audit("test.seeded", "case", case_id, "测试")
    feed(world, CaseDecided(case_id))
    assert counted(world) == {"case.decided": 1}


@pytest.mark.parametrize(
    ("grade", "kind"),
    [
        ("very_satisfied", "case.rated.very_satisfied"),
        ("basically", "case.rated.basically"),
        ("unsatisfied", "case.rated.dissatisfied"),
        ("very_unsatisfied", "case.rated.very_dissatisfied"),
    ],
)
def test_each_of_the_five_grades_has_its_kind(world: World, grade: str, kind: str) -> None:
    party = world.party(PERSON, channel="wechat")
    case_id = world.decided(party, "refuse", "依据不足，合同未备案")
    feed(world, CaseRated(case_id))
    assert counted(world) == {}
    with world.as_citizen(party) as session:
        cases.rate(session, party, case_id, grade, "慢" if "un" in grade else "")
    feed(world, CaseRated(case_id), CaseRated(case_id))
    assert counted(world) == {kind: 1}


@pytest.mark.parametrize(("kind", "subject"), [("depositor", "person"), ("employer", "employer")])
def test_a_bound_account_is_a_registered_user(world: World, kind: str, subject: str) -> None:
    binding: UUID = uuid4()
    for _ in range(2):
        with world.as_staff() as session:
            event = AccountBound(uuid4(), world.tenant_id, binding, uuid4(), kind)
            jobs.account_bound(session, event)
    with world.as_staff(read_only=True) as session:
        rows = session.scalars(select(FactEvent)).all()
        assert [(r.kind, r.dims, r.n, r.source_event_id) for r in rows] == [
            ("account.registered", f"subject={subject}", 1, binding)
        ]
