"""The whole way: sheet, application, panel, opinion, two rounds of rectification, sign-off; both sides agree at the end."""

from __future__ import annotations

from decimal import Decimal

import pytest

from acceptance.assessments import queries as assessments
from acceptance.rectifications import queries, service
from acceptance.rectifications.errors import NotOpen, OwnAnswer, OwnFinding
from acceptance.reviews import queries as reviews
from acceptance.reviews import service as review_verbs
from acceptance.reviews.errors import WrongStage
from acceptance.verdicts import queries as verdicts
from tests.acceptance.assessments.world import World, build
from tests.acceptance.conftest import Site


@pytest.fixture
def world(site: Site) -> World:
    return build(site, "C95601")


def test_one_finding_fails_its_first_recheck_and_passes_the_second(world: World) -> None:
    sheet, application = world.at_panel()
    first, second = world.experts[:2]
    finding = world.in_province(
        service.write_finding, first, application, "B10", "自助终端未公示使用说明，请整改。", must=True
    ).finding_id
    world.in_province(service.write_finding, second, application, "C15", "建议按月分析绩效。", must=False)
    for expert in (first, second):
        world.score_all(application, expert)
        world.in_province(review_verbs.close_sheet, expert, application)
    world.word_and_sign(application)
    world.in_province(service.issue_opinion, world.officers[0], application)
    world.deliver()
    assert world.state(sheet) == "rectifying"
    with pytest.raises(WrongStage):
        world.in_province(service.recheck, world.officers[0], finding, passed=True, note_zh="")
    world.in_centre(service.answer, world.filler, finding, "已张贴使用说明。")
    world.in_centre(
        service.attach_to_answer, world.filler, finding, title_zh="现场照片", file_id=world.file("照片")
    )
    with pytest.raises(OwnAnswer):
        world.in_centre(service.send_answers, world.filler, sheet)
    world.in_centre(service.send_answers, world.submitter, sheet)
    with pytest.raises(NotOpen):
        world.in_centre(service.send_answers, world.submitter, sheet)
    world.deliver()
    assert world.state(sheet) == "rechecking"
    with pytest.raises(OwnFinding):
        world.in_province(service.recheck, first, finding, passed=True, note_zh="")
    world.in_province(service.recheck, world.officers[0], finding, passed=False, note_zh="照片看不清。")
    world.deliver()
    assert world.state(sheet) == "rectifying"
    with world.site.inside(world.centre, read_only=True) as session:
        found = queries.finding(session, finding)
        assert (found.state, found.round) == ("failed", 2)
        assert found.due_on is not None
    world.in_centre(service.answer, world.filler, finding, "重新张贴并拍摄清晰照片。")
    world.in_centre(service.send_answers, world.submitter, sheet)
    world.deliver()
    world.in_province(service.recheck, world.officers[1], finding, passed=True, note_zh="符合要求")
    world.deliver()
    assert world.state(sheet) == "signing"
    verdict_id = world.sign_off(application)
    world.deliver()
    assert world.state(sheet) == "concluded"
    _both_sides_agree(world, verdict_id)


def _both_sides_agree(world: World, verdict_id: object) -> None:
    held = []
    for place in (world.centre, None):
        with world.site.inside(place, read_only=True) as session:
            row = verdicts.verdict(session, verdict_id)  # type: ignore[arg-type]
            packages = assessments.packages_of(session, row.assessment_id)
            held.append([(p.kind, bytes(p.body)) for p in packages])
            told = verdicts.content(session, row)
    assert held[0] == held[1]
    assert [kind for kind, _ in held[0]] == [
        "application", "opinion", "answers", "recheck", "answers", "recheck", "verdict",
    ]  # fmt: skip
    assert told["conclusion_zh"] == "优秀"
    assert [(r["round"], r["passed"]) for r in told["findings"][0]["rechecks"]] in (
        [(1, False), (2, True)],
        [],
    )
    must = next(f for f in told["findings"] if f["must"])
    assert [(r["round"], r["passed"]) for r in must["rechecks"]] == [(1, False), (2, True)]
    assert [s["state"] for s in told["steps"]] == [
        "desk", "panel", "opinion", "rectifying", "rechecking", "rectifying", "rechecking", "signing", "concluded",
    ]  # fmt: skip


def test_a_veto_fails_and_still_tells_all_findings(world: World) -> None:
    sheet, application = world.at_opinion(vetoes=[("V9", "自助终端停用已满三个月")])
    world.in_province(
        service.write_finding, world.officers[0], application, "B10", "请恢复自助终端。", must=True
    )
    world.in_province(service.issue_opinion, world.officers[0], application)
    world.deliver()
    assert world.state(sheet) == "signing"
    with world.site.inside(world.centre, read_only=True) as session:
        assert [s.finding.text_zh for s in queries.stories(session, sheet)] == ["请恢复自助终端。"]
    verdict_id = world.sign_off(application)
    world.deliver()
    with world.site.inside(world.centre, read_only=True) as session:
        row = verdicts.verdict(session, verdict_id)
        assert row.conclusion_zh == "不合格"
        assert len(verdicts.content(session, row)["findings"]) == 1


def test_the_panels_mean_stands(world: World) -> None:
    _, application = world.at_panel()
    for expert, share in zip(world.experts, (Decimal("0.9"), Decimal("0.84")), strict=False):
        world.score_all(application, expert, share)
        world.in_province(review_verbs.close_sheet, expert, application)
    with world.site.inside(read_only=True) as session:
        row = reviews.application(session, application)
        panel = reviews.panel_result(session, row, reviews.content(session, row)["items"])
    assert panel is not None
    assert (panel.total, panel.spread) == (Decimal("87.01"), Decimal("6.00"))
    assert panel.conclusion(False) == "良好"
    assert panel.conclusion(True) == "不合格"
