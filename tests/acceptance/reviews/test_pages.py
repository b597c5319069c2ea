"""Every page of acceptance over HTTP, as the people of a whole assessment meet them; what they may not see; how many queries."""

from __future__ import annotations

import io
import re
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from acceptance.dossiers import service as dossiers
from acceptance.rectifications import queries as findings
from acceptance.reviews import service as reviews
from kernel.db.roles import Login
from tests.acceptance.assessments.world import KEY, PDF, World, build
from tests.acceptance.conftest import Site, statements
from tests.people import person
from tests.web_client import client_for, post


@pytest.fixture
def world(site: Site) -> World:
    return build(site, "C95701")


def browser(world: World, actor: object) -> FlaskClient:
    return client_for(world.site.database, actor)  # type: ignore[arg-type]


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_a_centre_fills_its_sheet_in_a_browser(world: World) -> None:
    filler, other = browser(world, world.filler), browser(world, world.submitter)
    assert "启动自评" in filler.get("/console/assessments/").text
    begun = post(filler, "/console/assessments/")
    sheet = begun.headers["Location"]
    assert post(filler, "/console/assessments/").status_code == 409
    assert "A01 服务事项清单与知识库" in words(filler.get(sheet).text)
    item = f"{sheet}/items/A02"
    page = filler.get(item)
    assert "线上服务规范" in page.text
    assert post(filler, item, {"self_score": "9", "note_zh": "", "seen": "0"}).status_code == 422
    assert post(filler, item, {"self_score": "二", "note_zh": "", "seen": "0"}).status_code == 422
    saved = post(filler, item, {"self_score": "1.5", "note_zh": "文件已印发", "seen": "0", "next": "A03"})
    assert saved.headers["Location"].endswith("/items/A03")
    stale = post(other, item, {"self_score": "2", "note_zh": "我的说明不能丢", "seen": "0"})
    assert stale.status_code == 409
    assert "我的说明不能丢" in stale.text
    assert "文件已印发" in words(stale.text)
    assert post(other, item, {"self_score": "2", "note_zh": "我的说明不能丢", "seen": "1"}).status_code == 302
    assert "第 1 版，1.5 分" in filler.get(item).text
    upload = f"{item}/files"
    assert post(filler, upload, {"title_zh": "印发文件"}).status_code == 422
    assert (
        post(
            filler,
            upload,
            {"title_zh": "测评", "kind": "evaluation_report", "file": (io.BytesIO(PDF), "报告.pdf")},
        ).status_code
        == 422
    )
    assert (
        post(
            filler,
            upload,
            {"title_zh": "印发文件", "kind": "evidence", "file": (io.BytesIO(PDF), "文件.pdf")},
        ).status_code
        == 302
    )
    got = re.search(rf"{sheet}/files/[0-9a-f-]+(?=\")", filler.get(item).text)
    assert got is not None
    assert filler.get(got[0]).data == PDF
    assert post(filler, f"{got[0]}/remove").status_code == 302
    assert "还没有材料" in filler.get(item).text
    assert post(filler, f"{sheet}/measure").status_code == 302
    assert filler.get(f"{sheet}/items/Z99").status_code == 404
    admission = words(filler.get(f"{sheet}/admission").text)
    assert "还有 24 项没有自评分" in admission
    assert "没有上传等级测评报告" in admission
    assert post(filler, f"{sheet}/admission", {"plan_note_zh": ""}).status_code == 422
    assert post(filler, f"{sheet}/admission", {"plan_note_zh": "年底前完成"}).status_code == 302
    assert post(other, f"{sheet}/apply").status_code == 409


def test_the_pages_need_few_queries(world: World) -> None:
    _, application = world.at_panel()
    officer, expert, filler = (browser(world, a) for a in (world.officers[0], world.experts[0], world.filler))
    for client, address, most in (
        (filler, "/console/assessments/", 16),
        (officer, "/console/reviews/", 9),
        (officer, f"/console/reviews/{application}", 11),
        (officer, f"/console/reviews/{application}/panel", 11),
        (expert, "/console/my-reviews/", 8),
        (expert, f"/console/my-reviews/{application}", 12),
        (officer, "/console/verdicts/", 8),
    ):
        client.get(address)
        with statements(world.site.database) as seen:
            assert client.get(address).status_code == 200
        assert len(seen) <= most, (address, len(seen), seen)


def test_the_desk_returns_admits_and_seats(world: World) -> None:
    sheet, application = world.applied()
    officer = browser(world, world.officers[0])
    assert "示例市住房公积金管理中心" in officer.get("/console/reviews/?state=desk").text
    page = officer.get(f"/console/reviews/{application}")
    assert "材料齐全" in page.text
    material = officer.get(f"/console/reviews/{application}/items/A01").text
    files = re.findall(rf"/console/reviews/{application}/files/[0-9a-f-]+", material)
    assert officer.get(files[0]).data.startswith(b"%PDF")
    back = f"/console/reviews/{application}/return"
    assert officer.get(back).status_code == 200
    assert post(officer, back, {"missing": ""}).status_code == 422
    assert post(officer, back, {"missing": "补充岗位职责文件\n补充培训记录"}).status_code == 302
    world.deliver()
    mine = words(browser(world, world.filler).get("/console/assessments/").text)
    assert "1．补充岗位职责文件" in mine
    world.fill(sheet)
    world.apply(sheet)
    assert post(officer, f"/console/reviews/{application}/accept").status_code == 302
    panel = f"/console/reviews/{application}/panel"
    assert "至少两名专家" in officer.get(panel).text
    assert post(officer, panel, {"expert": "nobody"}).status_code == 409
    barred = {"person": str(world.experts[2].person_id), "reason_zh": "曾任该中心承建单位项目经理"}
    assert post(officer, f"/console/reviews/{application}/bar", barred).status_code == 302
    assert "曾任该中心承建单位项目经理" in officer.get(panel).text
    two = {"expert": [str(e.person_id) for e in world.experts[:2]]}
    assert post(officer, panel, two).status_code == 302
    seat = f"/console/reviews/{application}/seats/{world.experts[1].person_id}/recuse"
    assert officer.get(seat).status_code == 200
    assert post(officer, seat, {"reason_zh": ""}).status_code == 422


def test_an_expert_scores_alone_and_signs(world: World) -> None:
    _, application = world.at_panel()
    first, second = (browser(world, e) for e in world.experts[:2])
    officer = browser(world, world.officers[0])
    mine = f"/console/my-reviews/{application}"
    assert "待评分" in first.get("/console/my-reviews/").text
    assert browser(world, world.experts[2]).get(mine).status_code == 404
    assert post(first, mine, {"score-A01": "九"}).status_code == 422
    assert post(first, mine, {"score-A01": "99"}).status_code == 422
    assert post(first, mine, {"score-A01": "2.75", "note-A01": "甲的评语"}).status_code == 302
    assert "2.75" in first.get(mine).text
    assert "甲的评语" not in second.get(mine).text
    note = {"item_code": "B10", "text_zh": "甲提出的整改", "must": "must"}
    assert post(first, f"/console/my-findings/{application}", note).status_code == 302
    assert "甲提出的整改" not in second.get(f"/console/my-findings/{application}").text
    assert "甲提出的整改" not in officer.get(f"/console/findings/{application}").text
    assert "甲的评语" not in officer.get(f"/console/reviews/{application}/panel").text
    early = post(first, f"{mine}/close")
    assert early.status_code == 422
    assert "还有 24 项没有评分" in early.text
    for expert, client in zip(world.experts, (first, second), strict=False):
        world.score_all(application, expert)
        assert post(client, f"{mine}/close").status_code == 302
    assert post(first, mine, {"score-A01": "1"}).status_code == 409
    opinion = f"/console/reviews/{application}/opinion"
    assert "按规则应为" in officer.get(opinion).text
    assert (
        post(officer, opinion, {"opinion_zh": "同意通过。", "veto": "V9", "reason-V9": ""}).status_code == 422
    )
    assert post(officer, opinion, {"opinion_zh": "同意通过。"}).status_code == 302
    assert post(first, f"{mine}/opinion", {"agrees": "no"}).status_code == 422
    assert post(first, f"{mine}/opinion", {"agrees": "no", "dissent_zh": "渠道分偏高"}).status_code == 302
    assert "待签署意见" in second.get("/console/my-reviews/").text
    assert post(second, f"{mine}/opinion", {"agrees": "yes"}).status_code == 302
    assert "渠道分偏高" in officer.get(opinion).text
    assert "甲提出的整改" in officer.get(f"/console/findings/{application}").text


def test_rectification_recheck_and_papers_in_a_browser(world: World) -> None:
    sheet, application = world.at_opinion()
    officer, other = (browser(world, a) for a in world.officers)
    filler, submitter = browser(world, world.filler), browser(world, world.submitter)
    page = f"/console/findings/{application}"
    assert post(officer, page, {"item_code": "B10", "text_zh": "", "must": "must"}).status_code == 422
    assert (
        post(officer, page, {"item_code": "B10", "text_zh": "公示使用说明", "must": "must"}).status_code
        == 302
    )
    assert post(officer, f"{page}/issue").status_code == 302
    world.deliver()
    mine = f"/console/rectifications/{sheet}"
    assert "公示使用说明" in filler.get(mine).text
    with world.site.inside(world.centre, read_only=True) as session:
        finding = findings.stories(session, sheet)[0].finding.finding_id
    form = f"/console/rectifications/findings/{finding}"
    assert filler.get(form).status_code == 200
    assert post(filler, form, {"text_zh": ""}).status_code == 422
    done = post(
        filler, form, {"text_zh": "已公示", "title_zh": "照片", "file": (io.BytesIO(PDF), "照片.pdf")}
    )
    assert done.status_code == 302
    held = re.search(r"/console/rectifications/files/[0-9a-f-]+", filler.get(mine).text)
    assert held is not None
    assert filler.get(held[0]).data == PDF
    assert post(submitter, f"{mine}/send").status_code == 302
    world.deliver()
    check = f"/console/findings/items/{finding}/recheck"
    assert "须由他人复核" in officer.get(check).text
    assert post(officer, check, {"passed": "yes"}).status_code == 409
    assert post(other, check, {"passed": "no", "note_zh": ""}).status_code == 422
    assert post(other, check, {"passed": "yes"}).status_code == 302
    sign = f"/console/verdicts/sign/{application}"
    assert "提请签发" in officer.get(sign).text
    assert post(officer, sign, {"reason": ""}).status_code == 422
    assert post(officer, sign, {"reason": "整改完毕", "statement_zh": "同意验收"}).status_code == 302
    assert "等待" in words(officer.get(sign).text) or "待办" in words(officer.get(sign).text)
    _papers(world, sheet, application)


def _papers(world: World, sheet: UUID, application: UUID) -> None:
    from acceptance.verdicts import queries as verdicts
    from kernel.approvals import queries as approvals
    from kernel.approvals import service as changes

    with world.site.inside(read_only=True) as session:
        change = approvals.about(session, "review_application", str(application))[0]
        ident, digest = change.id, bytes(change.content_hash)
    world.in_province(changes.approve, world.officers[1], ident, digest)
    world.deliver()
    with world.site.inside(read_only=True) as session:
        found = verdicts.of_assessment(session, sheet)
        assert found is not None
        verdict_id = found.verdict_id
    address = f"/console/verdicts/{verdict_id}"
    for tenant, actor in ((world.centre, world.filler), (world.site.database.province_id, world.officers[0])):
        client = browser(world, actor)
        assert "生成中" in client.get(address).text
        assert client.get(f"{address}/dossier").status_code == 409
        scope = world.site.database.scope(tenant)
        with world.site.database.door(Login.WORKER).tenant_tx(scope) as session:
            dossiers.compose(session, verdict_id)
        shown = client.get(address).text
        assert "验收结论：优秀" in words(shown)
        assert KEY.public.hex in shown
        assert client.get(f"{address}/dossier").data[:2] == b"PK"
        assert client.get(f"{address}/paper").data[:4] == b"%PDF"
    assert "优秀" in browser(world, world.filler).get("/console/verdicts/").text


def test_strangers_see_nothing(world: World, site: Site) -> None:
    sheet, application = world.applied()
    elsewhere = build(site, "C95702")
    stranger = browser(world, elsewhere.filler)
    for address in (
        f"/console/assessments/{sheet}",
        f"/console/assessments/{sheet}/items/A01",
        f"/console/rectifications/{sheet}",
    ):
        assert stranger.get(address).status_code == 404, address
    assert stranger.get(f"/console/reviews/{application}").status_code == 403
    clerk = browser(world, person(site.database, world.centre, "经办辛", "clerk"))
    assert clerk.get("/console/assessments/").status_code == 403


def test_a_further_expert_or_a_record_ends_a_discussion(world: World) -> None:
    from decimal import Decimal

    sheet, application = world.at_panel()
    officer = browser(world, world.officers[0])
    for expert, share in zip(world.experts, ("0.95", "0.70"), strict=False):
        world.score_all(application, expert, Decimal(share))
        world.in_province(reviews.close_sheet, expert, application)
    panel = f"/console/reviews/{application}/panel"
    assert "请组织合议" in officer.get(panel).text
    assert (
        post(officer, f"/console/reviews/{application}/discussion", {"discussion_zh": ""}).status_code == 422
    )
    assert post(officer, panel, {"expert": str(world.experts[2].person_id)}).status_code == 302
    world.score_all(application, world.experts[2], Decimal("0.85"))
    world.in_province(reviews.close_sheet, world.experts[2], application)
    record = {"discussion_zh": "对渠道建设的理解不同，取平均。"}
    assert post(officer, f"/console/reviews/{application}/discussion", record).status_code == 302
    world.deliver()
    assert world.state(sheet) == "opinion"
