"""The clock of a case: holidays, office hours, standing still, and the limit of its time."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from kernel.calendar import clock as business
from kernel.calendar.working_days import WorkingDays, working_days
from tenants.cases import queries, service
from tenants.cases.models import CaseState
from tenants.cases.policy import clock
from tenants.catalogue.models import Origin, ServiceItemRevision
from tenants.catalogue.policy.content import Limit, content_of
from tenants.catalogue.service import new_revision
from tenants.core_system.adapters.demo_people import DEMO_PEOPLE
from tests.tenants.cases.world import World, business_time

GOLDEN_WEEK = {date(2026, 10, day): False for day in range(1, 8)} | {date(2026, 10, 10): True}
DAYS = WorkingDays(GOLDEN_WEEK)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=business.LOCAL).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-24T09:00", date(2026, 11, 24)),
        ("2026-11-24T16:59", date(2026, 11, 24)),
        ("2026-11-24T17:00", date(2026, 11, 25)),
        ("2026-11-28T10:00", date(2026, 11, 30)),
        ("2026-09-30T18:00", date(2026, 10, 8)),
        ("2026-10-10T10:00", date(2026, 10, 10)),
    ],
)
def test_what_comes_after_hours_counts_as_the_next_working_day(moment: str, day: date) -> None:
    assert clock.received_on(DAYS, at(moment)) == day


@pytest.mark.parametrize(
    ("since", "value", "unit", "used", "due"),
    [
        (date(2026, 11, 24), 3, "working_day", 0, date(2026, 11, 27)),
        (date(2026, 11, 26), 3, "working_day", 0, date(2026, 12, 1)),
        (date(2026, 9, 30), 1, "working_day", 0, date(2026, 10, 8)),
        (date(2026, 10, 8), 2, "working_day", 0, date(2026, 10, 10)),
        (date(2026, 11, 24), 3, "calendar_day", 0, date(2026, 11, 27)),
        (date(2026, 11, 25), 3, "calendar_day", 0, date(2026, 11, 30)),
        (date(2026, 9, 30), 3, "calendar_day", 0, date(2026, 10, 8)),
        (date(2026, 11, 24), 5, "working_day", 3, date(2026, 11, 26)),
        (date(2026, 11, 24), 3, "calendar_day", 9, date(2026, 11, 24)),
        (date(2026, 11, 24), 0, "instant", 0, date(2026, 11, 24)),
    ],
)
def test_the_last_day_is_included_and_is_a_working_day(
    since: date, value: int, unit: str, used: int, due: date
) -> None:
    assert clock.due_on(DAYS, since, value, unit, used) == due


def test_days_left_are_counted_in_the_unit_of_the_limit() -> None:
    due = date(2026, 10, 9)
    assert clock.days_left(DAYS, date(2026, 9, 30), due, "working_day") == 2
    assert clock.days_left(DAYS, date(2026, 9, 30), due, "calendar_day") == 9
    assert clock.days_left(DAYS, date(2026, 10, 12), due, "working_day") == -2
    assert [clock.left_words(left, "working_day") for left in (2, 0, -2)] == [
        "剩 2 个工作日", "今天到期", "已超 2 个工作日",
    ]  # fmt: skip


def test_the_calendar_of_the_release_knows_national_day(world: World) -> None:
    with world.as_citizen(world.party()) as session:
        days = working_days(session)
    assert not days.is_working(date(2026, 10, 1))
    assert days.next_after(date(2026, 9, 30)) == date(2026, 10, 8)


def test_the_clock_stands_still_while_the_applicant_supplements(world: World) -> None:
    party = world.party(DEMO_PEOPLE[0])
    with business_time("2026-11-23T10:00:00"):
        case_id = world.taken(party)
        assert world.case(case_id).due_on == date(2026, 11, 26)
    with business_time("2026-11-25T10:00:00"), world.as_staff() as session:
        service.ask_supplement(session, world.clerk(), case_id, "请补正租房合同的签订日期。")
    stopped = world.case(case_id)
    assert (stopped.used_days, stopped.due_on, stopped.late) == (2, None, False)
    with business_time("2026-12-07T10:00:00"):
        with world.as_citizen(party) as session:
            service.submit(session, party, case_id)
        assert world.case(case_id).due_on == date(2026, 12, 8)
        world.work("cases.check")
    with business_time("2026-12-10T10:00:00"):
        with world.as_staff(read_only=True) as session:
            shown = queries.progress(session, world.case(case_id))
        assert (shown.left_zh, shown.overdue, shown.days) == ("已超 2 天", True, -2)
        with world.as_staff() as session:
            service.take(session, world.clerk(), case_id)
        with world.as_staff() as session:
            service.decide(session, world.clerk(), case_id, "approve")
    assert world.case(case_id).late


def test_a_supplement_does_not_wash_away_that_it_was_late(world: World) -> None:
    party = world.party(DEMO_PEOPLE[1])
    with business_time("2026-11-23T10:00:00"):
        case_id = world.taken(party)
    with business_time("2026-11-27T10:00:00"), world.as_staff() as session:
        service.ask_supplement(session, world.clerk(), case_id, "请补正租房合同的签订日期。")
    assert world.case(case_id).late


def _loan(world: World, moment: str, number: int) -> tuple[object, object]:
    party = world.party(DEMO_PEOPLE[number], "app")
    with business_time(moment):
        with world.as_citizen(party) as session:
            case_id = service.start(session, party, "L01").id
        values = {"amount_fen": 30_000_000, "months": 240, "house": "示例路 1 号"}
        with world.as_citizen(party) as session:
            service.save(session, party, case_id, values, 0)
        for material in ("个人征信查询授权书", "首付款凭证"):
            world.handed_in(party, case_id, material)
        with world.as_citizen(party) as session:
            service.submit(session, party, case_id)
    case = world.case(case_id)
    return case, case_id


def test_an_older_case_runs_on_the_limit_of_its_time(world: World) -> None:
    """The Regulations of 2026-09-20 shorten loans from 15 to 10 days: what was handed in before keeps 15."""
    old, old_id = _loan(world, "2026-09-18T10:00:00", 2)
    new, _ = _loan(world, "2026-09-21T10:00:00", 3)
    assert (old.limit_value, old.due_on, old.statutory_words_zh) == (15, date(2026, 10, 8), "15 日")
    assert (new.limit_value, new.due_on, new.statutory_words_zh) == (10, date(2026, 10, 8), "10 日")
    assert (old.rules_version, new.rules_version) == ("2025-01", "2026-09")
    with business_time("2026-10-09T10:00:00"):
        world.work("cases.check")
        with world.as_staff(read_only=True) as session:
            assert queries.progress(session, world.case(old_id)).limit_zh == "承诺时限 15 日"


def test_what_is_published_later_changes_nothing_for_a_running_case(world: World) -> None:
    running, party = world.in_review(world.party(DEMO_PEOPLE[4])), world.party(DEMO_PEOPLE[5])
    draft = world.draft(party)
    before = world.case(running)
    with world.as_staff() as session:
        row = session.scalars(select(ServiceItemRevision).where(ServiceItemRevision.code == "W02")).first()
        shorter = [Limit(kind="committed", value=1, unit="working_day")]
        content = content_of(row.content | {"limits": [vars_of(limit) for limit in shorter]})
        session.add(
            new_revision(
                row.code,
                content,
                number=1,
                state="published",
                origin=Origin.MANIFEST,
                effective_from=datetime(2026, 1, 1, tzinfo=UTC),
            )
        )
        session.audit("test.published", "service_item", "W02", "测试发布")
    with world.as_citizen(party) as session:
        service.submit(session, party, draft)
    after, newer = world.case(running), world.case(draft)
    assert (after.revision_id, after.limit_value, after.due_on) == (before.revision_id, 3, before.due_on)
    assert newer.revision_id != before.revision_id
    assert (newer.limit_value, newer.limit_unit, newer.state) == (1, "working_day", CaseState.SUBMITTED)


def vars_of(limit: Limit) -> dict:
    return {"kind": limit.kind, "value": limit.value, "unit": limit.unit}
