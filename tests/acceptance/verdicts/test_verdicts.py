"""Four eyes over a conclusion, bands, and that a signed one does not change."""

from __future__ import annotations

from decimal import Decimal

import pytest
import sqlalchemy.exc
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update

from acceptance.assessments.policy.scoring import CONCLUSIONS, FAILED_ZH, band, ceiling
from acceptance.rectifications import service as rectifications
from acceptance.reviews.errors import WrongStage
from acceptance.verdicts import queries, service
from acceptance.verdicts.models import Verdict
from kernel.approvals import service as approvals
from kernel.approvals.errors import AlreadyProposed, OwnChange
from kernel.errors import Forbidden
from tests.acceptance.assessments.world import World, build
from tests.acceptance.conftest import Site


@pytest.fixture
def world(site: Site) -> World:
    return build(site, "C95911")


def test_one_proposes_another_signs(world: World) -> None:
    sheet, application = world.at_opinion()
    with pytest.raises(WrongStage):
        world.in_province(service.propose, world.officers[0], application, "太早")
    world.in_province(rectifications.issue_opinion, world.officers[0], application)
    with pytest.raises(Forbidden):
        world.in_province(service.propose, world.experts[0], application, "专家不提请")
    change = world.in_province(service.propose, world.officers[0], application, "同意", "按期完成")
    with pytest.raises(AlreadyProposed):
        world.in_province(service.propose, world.officers[1], application, "再提")
    with pytest.raises(OwnChange):
        world.in_province(approvals.approve, world.officers[0], change.id, change.content_hash)
    world.in_province(approvals.approve, world.officers[1], change.id, change.content_hash)
    world.deliver()
    with world.site.inside(world.centre, read_only=True) as session:
        row = queries.of_assessment(session, sheet)
        assert row is not None
        told = queries.content(session, row)
        assert (row.proposed_by_name, row.signed_by_name) == ("监管丙", "监管丁")
    assert told["statement_zh"] == "按期完成"
    assert told["change_id"] == str(change.id)


def test_a_verdict_is_not_changed(world: World) -> None:
    _, application = world.at_opinion()
    world.in_province(rectifications.issue_opinion, world.officers[0], application)
    world.sign_off(application)
    with (
        pytest.raises(sqlalchemy.exc.ProgrammingError, match="permission denied"),
        world.site.inside() as session,
    ):
        session.execute(update(Verdict).values(conclusion_zh="良好"))
    with pytest.raises(WrongStage):
        world.in_province(service.propose, world.officers[0], application, "再来一次")


POINTS = st.decimals(0, 100, places=2)


@given(POINTS, st.booleans())
def test_a_band_is_one_of_the_four_and_a_veto_fails(total: Decimal, vetoed: bool) -> None:
    found = band(total, {"全部": (total, Decimal(100))}, vetoed)
    assert found in CONCLUSIONS
    assert found == FAILED_ZH or (total >= 70 and not vetoed)


def test_a_weak_dimension_fails_whatever_the_total() -> None:
    assert band(Decimal(95), {"安全保障": (Decimal("8.9"), Decimal(15))}, False) == FAILED_ZH
    assert band(Decimal(95), {"安全保障": (Decimal(9), Decimal(15))}, False) == "优秀"


@given(
    st.lists(
        st.tuples(st.decimals(0, 3, places=2), st.sampled_from(["value", "not_enough", "people"])), max_size=6
    )
)
def test_a_ceiling_never_exceeds_the_points(rows: list[tuple[Decimal, str]]) -> None:
    checks = [{"state": s, "points": str(p / 2), "max": str(p)} for p, s in rows]
    points = sum((p for p, _ in rows), Decimal(0))
    found = ceiling(points, checks)
    assert found.earned <= found.most <= points
