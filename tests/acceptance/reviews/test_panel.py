"""Who may judge, once and alone, and nothing after the close: refused by the verbs and by the database itself."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy.exc
from sqlalchemy import insert, update

from acceptance.assessments.models import Stage
from acceptance.assessments.policy.states import LIMITS, MOVES, STATE_KIND, STATE_ZH
from acceptance.reviews import models, queries, service
from acceptance.reviews.errors import (
    AlreadySeated,
    AlreadySigned,
    ExpertConflicted,
    NoExpert,
    NotYourSeat,
    SheetClosed,
    TooFewExperts,
    Unsigned,
    WrongStage,
)
from acceptance.reviews.models import PanelScore, PanelSeat, ReviewApplication, ReviewStep
from kernel.calendar import clock
from kernel.db.ids import uuid7
from kernel.identity.actor import Actor
from tests.acceptance.assessments.world import World, build
from tests.acceptance.conftest import Site
from tests.people import person


@pytest.fixture
def world(site: Site) -> World:
    return build(site, "C95811")


def _seat_row(world: World, application: Any, actor: Actor, **more: Any) -> dict[str, Any]:
    row = world.application_row(application)
    return {
        "tenant_id": world.site.database.province_id, "id": uuid7(), "application_id": application, "person_id": actor.person_id,
        "subject_id": row.subject_id, "tie": "seat", "state": "seated", "name_zh": actor.name, "set_by_name": "直写",
        "set_at": clock.now(), **more,
    }  # fmt: skip


def _refused(world: World, statement: Any, match: str) -> None:
    with pytest.raises(sqlalchemy.exc.DBAPIError, match=match), world.site.inside() as session:
        session.execute(statement)


def test_the_database_knows_the_same_arrows() -> None:
    known = set(re.findall(r"'(\w+>\w+)'", models.ARROWS_SQL))
    province = {f"{a}>{b}" for a, ends in MOVES.items() for b in ends if a != Stage.DRAFT}
    assert known == province
    assert set(MOVES) == set(STATE_ZH) == set(STATE_KIND) == set(Stage)
    assert set(LIMITS) <= set(Stage)


def test_every_state_but_the_last_leads_on() -> None:
    assert [state for state, ends in MOVES.items() if not ends] == [Stage.CONCLUDED]


def test_a_scorer_from_the_assessed_centre_is_refused_twice(world: World) -> None:
    province = world.site.database.province_id
    twice = person(world.site.database, province, "兼任癸", "expert", person_id=world.submitter.person_id)
    _, application = world.applied()
    world.in_province(service.accept, world.officers[0], application)
    with pytest.raises(ExpertConflicted):
        world.in_province(
            service.appoint, world.officers[0], application, [twice.person_id, world.experts[0].person_id]
        )
    _refused(world, insert(PanelSeat).values(_seat_row(world, application, twice)), "ex_panel_seat_interest")


def test_an_interest_that_is_noted_later_keeps_from_scoring(world: World) -> None:
    _, application = world.at_panel()
    subject, expert = world.application_row(application).subject_id, world.experts[0]
    with pytest.raises(ExpertConflicted):
        world.in_province(
            service.bar, world.officers[0], expert.person_id, expert.name, subject, "亲属在该中心任职"
        )
    world.in_province(service.recuse, world.officers[0], application, "亲属在该中心任职", expert.person_id)
    world.in_province(
        service.bar, world.officers[0], expert.person_id, expert.name, subject, "亲属在该中心任职"
    )
    with pytest.raises(NotYourSeat):
        world.score_all(application, expert)
    with pytest.raises((ExpertConflicted, AlreadySeated)):
        world.in_province(service.appoint, world.officers[0], application, [expert.person_id])


def test_only_experts_sit_and_at_least_two(world: World) -> None:
    _, application = world.applied()
    world.in_province(service.accept, world.officers[0], application)
    with pytest.raises(NoExpert):
        world.in_province(service.appoint, world.officers[0], application, [world.officers[1].person_id])
    with pytest.raises(TooFewExperts):
        world.in_province(service.appoint, world.officers[0], application, [world.experts[0].person_id])


def test_one_person_has_one_sheet(world: World) -> None:
    _, application = world.at_panel()
    expert = world.experts[0]
    with pytest.raises(AlreadySeated):
        world.in_province(service.appoint, world.officers[0], application, [expert.person_id])
    _refused(world, insert(PanelSeat).values(_seat_row(world, application, expert)), "uq_panel_seat_person")
    world.in_province(service.score, expert, application, {"A01": (Decimal(1), "")})
    with world.site.inside(read_only=True) as session:
        seat = queries.seat(session, application, expert.person_id).id
    again = {
        "tenant_id": world.site.database.province_id, "id": uuid7(), "seat_id": seat, "item_code": "A01", "points": 2,
        "max_points": 3, "note_zh": "", "scored_at": clock.now(),
    }  # fmt: skip
    _refused(world, insert(PanelScore).values(again), "uq_panel_score_item")


def test_nothing_is_scored_after_the_close(world: World) -> None:
    _, application = world.at_panel()
    expert = world.experts[0]
    world.score_all(application, expert)
    world.in_province(service.close_sheet, expert, application)
    with pytest.raises(SheetClosed):
        world.in_province(service.score, expert, application, {"A01": (Decimal(3), "")})
    with pytest.raises(SheetClosed):
        world.in_province(service.close_sheet, expert, application)
    with pytest.raises(SheetClosed):
        world.in_province(service.recuse, expert, application, "太迟")
    with world.site.inside(read_only=True) as session:
        seat = queries.seat(session, application, expert.person_id).id
    more = {
        "tenant_id": world.site.database.province_id, "id": uuid7(), "seat_id": seat, "item_code": "Z99", "points": 1,
        "max_points": 1, "note_zh": "", "scored_at": clock.now(),
    }  # fmt: skip
    _refused(world, insert(PanelScore).values(more), "row-level security")
    with world.site.inside() as session:
        scored = update(PanelScore).where(PanelScore.seat_id == seat).values(points=0)
        assert session.execute(scored).rowcount == 0  # type: ignore[attr-defined]
        opened = update(PanelSeat).where(PanelSeat.id == seat).values(state="seated", total=None)
        assert session.execute(opened).rowcount == 0  # type: ignore[attr-defined]
        session.changed_nothing()


def test_no_seat_is_given_once_the_panel_has_closed(world: World) -> None:
    _, application = world.at_opinion()
    with pytest.raises(WrongStage):
        world.in_province(service.appoint, world.officers[0], application, [world.experts[2].person_id])
    late = insert(PanelSeat).values(_seat_row(world, application, world.experts[2]))
    _refused(world, late, "row-level security")


def test_a_state_can_not_be_written_past_its_arrows(world: World) -> None:
    _, application = world.applied()
    _refused_at_commit(
        world, update(ReviewApplication).where(ReviewApplication.id == application).values(state="concluded")
    )
    jump = {
        "tenant_id": world.site.database.province_id, "id": uuid7(), "application_id": application, "number": 2,
        "from_number": 1, "from_state": "desk", "to_state": "signing", "at": clock.now(), "late_days": 0, "by_name": "直写",
        "note_zh": "",
    }  # fmt: skip
    _refused(world, insert(ReviewStep).values(jump), "arrow")
    wrong = {**jump, "from_state": "signing", "to_state": "concluded"}
    _refused(world, insert(ReviewStep).values(wrong), "fk_review_step_before")


def _refused_at_commit(world: World, statement: Any) -> None:
    with (
        pytest.raises(sqlalchemy.exc.IntegrityError, match="fk_review_application_step"),
        world.site.inside() as session,
    ):
        session.execute(statement)
        session.audit("test.jumped", "review_application", "*", "测试")


def test_recused_scores_do_not_count_and_two_remain(world: World) -> None:
    sheet, application = world.at_panel(3)
    for expert in world.experts:
        world.score_all(application, expert, Decimal("0.2") if expert is world.experts[0] else Decimal("0.9"))
    for expert in world.experts[1:]:
        world.in_province(service.close_sheet, expert, application)
    assert world.application(sheet).state == "panel"
    world.in_province(service.recuse, world.experts[0], application, "发现与承建单位有关联")
    row = world.application(sheet)
    assert row.state == "opinion"
    with world.site.inside(read_only=True) as session:
        found = queries.application(session, application)
        panel = queries.panel_result(session, found, queries.content(session, found)["items"])
    assert panel is not None
    assert len(panel.totals) == 2
    assert panel.spread == 0


def test_nobody_sees_results_before_all_have_closed(world: World) -> None:
    _, application = world.at_panel()
    world.score_all(application, world.experts[0])
    world.in_province(service.close_sheet, world.experts[0], application)
    with world.site.inside(read_only=True) as session:
        row = queries.application(session, application)
        assert queries.panel_result(session, row, queries.content(session, row)["items"]) is None


def test_an_opinion_needs_every_signature_and_keeps_dissent(world: World) -> None:
    from acceptance.rectifications import service as rectifications

    _, application = world.at_panel()
    first, second = world.experts[:2]
    for expert in (first, second):
        world.score_all(application, expert)
        world.in_province(service.close_sheet, expert, application)
    with pytest.raises(WrongStage):
        world.in_province(rectifications.issue_opinion, world.officers[0], application)
    world.in_province(service.draft_opinion, world.officers[0], application, "同意。")
    world.in_province(service.sign_opinion, first, application, agrees=True)
    with pytest.raises(AlreadySigned):
        world.in_province(service.sign_opinion, first, application, agrees=True)
    with pytest.raises(Unsigned):
        world.in_province(rectifications.issue_opinion, world.officers[0], application)
    world.in_province(service.draft_opinion, world.officers[0], application, "同意，并提出建议。")
    with pytest.raises(Unsigned):
        world.in_province(rectifications.issue_opinion, world.officers[0], application)
    world.in_province(service.sign_opinion, first, application, agrees=True)
    world.in_province(
        service.sign_opinion, second, application, agrees=False, dissent_zh="安全部分应再测试。"
    )
    world.in_province(rectifications.issue_opinion, world.officers[0], application)
    verdict = world.sign_off(application)
    from acceptance.verdicts import policy
    from acceptance.verdicts import queries as verdicts

    with world.site.inside(read_only=True) as session:
        told = dict(policy.paragraphs(verdicts.content(session, verdicts.verdict(session, verdict))))
    assert told["七、不同意见"] == f"{second.name}：安全部分应再测试。"


def test_lateness_is_kept_with_the_step(world: World) -> None:
    sheet, application = world.applied()
    clock.set_source(lambda: timedelta(days=40))
    try:
        world.in_province(service.accept, world.officers[0], application)
    finally:
        clock.set_source(timedelta)
    with world.site.inside(read_only=True) as session:
        step = queries.steps(session, application)[1]
        assert step.late_days > 10
        assert world.application(sheet).due_on == step.due_on
