"""Plans, evidence under four eyes, sums at the province, urging and its answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
import sqlalchemy.exc
from sqlalchemy import update

from acceptance.construction import queries, service
from acceptance.construction.errors import EvidenceDecided, OwnEvidence, UrgeAnswered
from acceptance.construction.models import ConstructionEvidence, ConstructionProgress
from acceptance.construction.policy import task
from acceptance.construction.service import EvidenceIn, PlanIn
from kernel.calendar import clock
from kernel.db.roles import DbRole, Login
from kernel.errors import Invalid, NotFound
from kernel.identity.actor import Actor
from kernel.jobs import relay
from kernel.jobs.runner import Outcome, run
from tests.database import TestDatabase
from tests.people import person

START = date(2026, 1, 5)
PLAN = PlanIn(
    "provincial_shared", "主任 示例甲", "运营管理部", "示例软件公司", START, START + timedelta(days=700)
)
NOTE = EvidenceIn("事项清单", "已印发")


def deliver(database: TestDatabase, tenant: UUID) -> None:
    """Carry out what is due, as the relay and the worker do."""
    rung: list[tuple[UUID, UUID, UUID]] = []
    relay.sweep(database.door(Login.RELAY), lambda *ids: rung.append(ids))
    assert {run(database.door(Login.WORKER), *ids) for ids in rung if ids[0] == tenant} <= {Outcome.DONE}


@pytest.fixture
def centre(database: TestDatabase) -> UUID:
    tenant = database.open_centre("C95101")
    with database.door().tenant_tx(database.scope(tenant)) as session:
        service.make_plan(session, PLAN)
    return tenant


@pytest.fixture
def reporter(database: TestDatabase, centre: UUID) -> Actor:
    return person(database, centre, "填报甲", "centre_admin")


@pytest.fixture
def checker(database: TestDatabase, centre: UUID) -> Actor:
    return person(database, centre, "核实乙", "centre_approver")


def _report(
    database: TestDatabase, centre: UUID, actor: Actor, given: EvidenceIn = NOTE
) -> tuple[UUID, UUID]:
    with database.door().tenant_tx(database.scope(centre)) as session:
        step = queries.steps(session, 1)[0].step
        return step.id, service.report(session, actor, step.id, given).id


def _decide(database: TestDatabase, centre: UUID, actor: Actor, evidence: UUID, *, confirm: bool) -> None:
    with database.door().tenant_tx(database.scope(centre)) as session:
        service.decide(session, actor, evidence, confirm=confirm, reason_zh="" if confirm else "看不清")


def _done(database: TestDatabase, centre: UUID) -> int:
    with database.door().tenant_tx(database.scope(centre), read_only=True) as session:
        return queries.progress(session, clock.today()).steps_done


def test_a_plan_makes_all_steps(database: TestDatabase, centre: UUID) -> None:
    with database.door().tenant_tx(database.scope(centre), read_only=True) as session:
        assert queries.progress(session, START).steps_total == sum(
            len(task(n).steps_zh) for n in range(1, 21)
        )
        assert [row.step.title_zh for row in queries.steps(session, 11)] == list(task(11).steps_zh)


def test_evidence_counts_when_somebody_else_confirmed_it(
    database: TestDatabase, centre: UUID, reporter: Actor, checker: Actor
) -> None:
    _, evidence = _report(database, centre, reporter)
    assert _done(database, centre) == 0
    with pytest.raises(OwnEvidence):
        _decide(database, centre, reporter, evidence, confirm=True)
    _decide(database, centre, checker, evidence, confirm=True)
    assert _done(database, centre) == 1
    with pytest.raises(EvidenceDecided):
        _decide(database, centre, checker, evidence, confirm=False)


def test_returned_or_withdrawn_evidence_does_not_count(
    database: TestDatabase, centre: UUID, reporter: Actor, checker: Actor
) -> None:
    _, first = _report(database, centre, reporter)
    _decide(database, centre, checker, first, confirm=False)
    _, second = _report(database, centre, reporter)
    with database.door().tenant_tx(database.scope(centre)) as session, pytest.raises(Invalid):
        service.withdraw(session, checker, second)
    with database.door().tenant_tx(database.scope(centre)) as session:
        service.withdraw(session, reporter, second)
    assert _done(database, centre) == 0


def test_the_database_itself_keeps_four_eyes(database: TestDatabase, centre: UUID, reporter: Actor) -> None:
    _, evidence = _report(database, centre, reporter)
    with (
        pytest.raises(sqlalchemy.exc.IntegrityError, match="four_eyes"),
        database.door().tenant_tx(database.scope(centre)) as session,
    ):
        session.execute(
            update(ConstructionEvidence)
            .where(ConstructionEvidence.id == evidence)
            .values(state="confirmed", decided_by_person_id=reporter.person_id)
        )


def test_evidence_must_show_something(database: TestDatabase, centre: UUID, reporter: Actor) -> None:
    with pytest.raises(Invalid):
        _report(database, centre, reporter, replace(NOTE, note_zh=""))


def test_lateness_is_counted_from_the_due_day(
    database: TestDatabase, centre: UUID, reporter: Actor, checker: Actor
) -> None:
    with database.door().tenant_tx(database.scope(centre)) as session:
        step = queries.steps(session, 1)[0].step
        service.set_due_days(session, 1, {step.id: clock.today() - timedelta(days=4)})
    with database.door().tenant_tx(database.scope(centre), read_only=True) as session:
        late = queries.progress(session, clock.today()).tasks[0]
    assert late.late >= 1
    _, evidence = _report(database, centre, reporter)
    _decide(database, centre, checker, evidence, confirm=True)
    with database.door().tenant_tx(database.scope(centre), read_only=True) as session:
        after = queries.progress(session, clock.today()).tasks[0]
    assert (after.late, after.late_done) == (late.late - 1, 1)


def test_due_days_stay_inside_the_plan(database: TestDatabase, centre: UUID) -> None:
    with database.door().tenant_tx(database.scope(centre)) as session, pytest.raises(Invalid):
        step = queries.steps(session, 1)[0].step
        service.set_due_days(session, 1, {step.id: START - timedelta(days=1)})


def test_the_province_holds_the_sums_and_no_person(
    database: TestDatabase, centre: UUID, reporter: Actor, checker: Actor
) -> None:
    _, evidence = _report(database, centre, reporter)
    _decide(database, centre, checker, evidence, confirm=True)
    deliver(database, centre)
    for role in (DbRole.APP, DbRole.PROVINCE_READER):
        with database.door().tenant_tx(database.scope(role=role), read_only=True) as session:
            held = session.query(ConstructionProgress).filter_by(subject_id=centre).one()
            assert (held.steps_done, held.tasks[0][1]) == (1, 1)
            assert "甲" not in str(held.tasks)


def test_an_older_hand_over_changes_nothing(database: TestDatabase, centre: UUID) -> None:
    from acceptance.construction.events import ProgressHandedUp
    from acceptance.construction.jobs import keep_progress

    def handed(at: str, done: int) -> ProgressHandedUp:
        tasks = [[number, done, 4, 0, 0] for number in range(1, 21)]
        return ProgressHandedUp(
            database.province_id, centre, "self_built", "2026-01-01", "2026-12-31", 0, tasks, at
        )

    for at, done in (("2026-11-02T00:00:00+00:00", 2), ("2026-11-01T00:00:00+00:00", 1)):
        with database.door().tenant_tx(database.scope()) as session:
            keep_progress(session, handed(at, done))
    with database.door().tenant_tx(database.scope(), read_only=True) as session:
        assert queries.progress_of_body(session, centre).steps_done == 40  # type: ignore[union-attr]


def test_an_urging_arrives_and_its_answer_comes_back(
    database: TestDatabase, centre: UUID, reporter: Actor
) -> None:
    officer = person(database, database.province_id, "监管丙", "province_officer")
    with database.door().tenant_tx(database.scope()) as session:
        sent = service.send_urge(
            session, officer, centre, "请加快短信平台接入", clock.today() + timedelta(days=5)
        )
        urge_id = sent.urge_id
    deliver(database, database.province_id)
    with database.door().tenant_tx(database.scope(centre)) as session:
        service.answer_urge(session, reporter, urge_id, "本周内完成报备")
    with database.door().tenant_tx(database.scope(centre)) as session, pytest.raises(UrgeAnswered):
        service.answer_urge(session, reporter, urge_id, "再答一次")
    deliver(database, centre)
    with database.door().tenant_tx(database.scope(), read_only=True) as session:
        assert queries.urges(session, centre)[0].answer_zh == "本周内完成报备"


def test_nobody_urges_a_stranger_or_himself(database: TestDatabase, centre: UUID) -> None:
    officer = person(database, database.province_id, "监管丁", "province_officer")
    for subject in (database.province_id, UUID(int=7)):
        with database.door().tenant_tx(database.scope()) as session, pytest.raises(Invalid):
            service.send_urge(session, officer, subject, "请加快", clock.today() + timedelta(days=5))


def test_another_tenant_sees_nothing_of_it(database: TestDatabase, centre: UUID, reporter: Actor) -> None:
    step, evidence = _report(database, centre, reporter)
    other = database.open_centre("C95102")
    with database.door().tenant_tx(database.scope(other)) as session:
        for look in (lambda: queries.step(session, step), lambda: queries.evidence(session, evidence)):
            with pytest.raises(NotFound):
                look()
        session.changed_nothing()
