"""The third act: self-assessment, application, a panel in which one expert steps back, two rechecks, the verdict."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from acceptance.assessments import queries as sheets
from acceptance.assessments import service as assessing
from acceptance.rectifications import service as rectifying
from acceptance.reviews import service as reviewing
from acceptance.verdicts import queries as verdicts
from acceptance.verdicts import service as concluding
from app.story import judged
from app.story.acting import acting, does
from app.story.entering import tenant_of
from app.story.judged import Body
from app.story.stage import Stage
from app.story.step import Step, prove
from app.story.steps_equipping import inside
from kernel.approvals import service as approvals

CITY = Body("C99010", "shili.admin", "shili.approver")
RULES = Body("C99040", "guize.admin", "guize.approver")
ONE, TWO = "province.officer.one", "province.officer.two"
EXPERTS = ("province.expert.one", "province.expert.two", "province.expert.three")
SHARE = Decimal("0.9")
ROUNDS = (("已张贴使用说明。", False, ONE), ("重新张贴，并在屏幕首页公示。", True, TWO))
"""What the centre answers, whether the recheck passes, and by whom."""
VETO = ("V9", "自助终端停用已满三个月")


def apply(stage: Stage) -> str:
    """A centre that is still building may not apply; the one that is ready does."""
    with acting(stage, "C99030", "xinjian.admin") as (session, actor):
        whole = sheets.sheet(session, assessing.open_sheet(session, actor))
        refused = [each for each in sheets.conditions(session, whole) if not each.met]
        session.rollback()
    prove(any(each.code == "mode" and each.blocking for each in refused), "建设中的中心没有被挡在申请之外")
    sheet = judged.sheet(stage, CITY) or does(stage, CITY.code, CITY.filler, assessing.open_sheet).id
    judged.fill(stage, CITY, sheet)
    if judged.application(stage, CITY) is None:
        does(stage, CITY.code, CITY.submitter, assessing.apply, sheet)
    prove(stage.eventually(lambda: judged.application(stage, CITY) is not None), "申请没有送达省级")
    row = judged.applied(stage, CITY)
    return f"新建市（建设中）不能申请；示例市自评 {row.self_total} 分，由另一人提交，冻结包送达省级"


def judge(stage: Stage) -> str:
    """Desk, three experts, one recused, two score alone, one finding, an opinion that both sign."""
    row = judged.applied(stage, CITY)
    if row.state == "desk":
        judged.province(stage, ONE, reviewing.accept, row.id)
        judged.province(
            stage, ONE, reviewing.appoint, row.id, [judged.person(stage, expert) for expert in EXPERTS]
        )
        judged.province(stage, EXPERTS[2], reviewing.recuse, row.id, "曾为该中心提供咨询")
        finding = judged.province(
            stage,
            EXPERTS[0],
            rectifying.write_finding,
            row.id,
            "B10",
            "自助终端没有公示使用说明，请整改。",
            must=True,
        )
        stage.facts["finding"] = finding.finding_id
        for expert, share in zip(EXPERTS, (SHARE, SHARE - Decimal("0.02")), strict=False):
            judged.province(stage, expert, reviewing.score, row.id, judged.scores(stage, row.id, share))
            judged.province(stage, expert, reviewing.close_sheet, row.id)
        judged.province(
            stage, ONE, reviewing.draft_opinion, row.id, "专家组意见：建设内容完整，同意通过，整改一项。", []
        )
        for expert in EXPERTS[:2]:
            judged.province(stage, expert, reviewing.sign_opinion, row.id, agrees=True)
        judged.province(stage, ONE, rectifying.issue_opinion, row.id)
    prove(
        stage.eventually(lambda: judged.state(stage, CITY) not in ("applied", "desk", "panel", "opinion")),
        "意见没有送达中心",
    )
    return "三名专家中一名回避，两名独立评分，意见由两人签署，一项整改要求送达中心"


def rectify(stage: Stage) -> str:
    """The first recheck fails, the second passes; neither by the author of the finding."""
    sheet, row = judged.must(judged.sheet(stage, CITY)), judged.applied(stage, CITY)
    finding = judged.finding(stage, CITY, sheet)
    for number, (answer, passed, officer) in enumerate(ROUNDS, 1):
        if row.state == "signing" or row.state == "concluded":
            break
        if judged.round_of(stage, CITY, finding) > number:
            continue
        _wait_for_round(stage, finding, number)
        does(stage, CITY.code, CITY.filler, rectifying.answer, finding, answer)
        does(stage, CITY.code, CITY.submitter, rectifying.send_answers, sheet)
        prove(stage.eventually(lambda: judged.applied(stage, CITY).state == "rechecking"), "整改答复没有送达")
        note = "符合要求" if passed else "照片看不清，请重新公示。"
        judged.province(stage, officer, rectifying.recheck, finding, passed=passed, note_zh=note)
        row = judged.applied(stage, CITY)
    prove(
        stage.eventually(lambda: judged.applied(stage, CITY).state in ("signing", "concluded")),
        "复核通过后没有进入签署",
    )
    return "整改一项：第一次复核不通过，第二次由另一人复核通过"


def _wait_for_round(stage: Stage, finding: UUID, number: int) -> None:
    begun = stage.eventually(lambda: judged.round_of(stage, CITY, finding) == number)
    prove(begun, f"中心没有进入第 {number} 轮整改")


def sign(stage: Stage) -> str:
    """Two officers sign; the dossier verifies without network and names a changed byte."""
    row = judged.applied(stage, CITY)
    if row.state == "signing":
        change = judged.province(stage, ONE, concluding.propose, row.id, "整改完毕，提请签署")
        judged.province(stage, TWO, approvals.approve, change.id, change.content_hash)
    prove(stage.eventually(lambda: judged.dossier(stage, CITY) is not None, 120), "卷宗没有生成")
    data, key = judged.must(judged.dossier(stage, CITY))
    with tempfile.TemporaryDirectory(prefix="gjj-dossier-") as folder:
        good, bad = (
            judged.verify(Path(folder), data, key),
            judged.verify(Path(folder), judged.changed(data), key),
        )
    prove(good[0] == 0, f"卷宗核对没有通过：{good[1][-80:]}")
    prove(bad[0] == 1 and "改动" in bad[1], "改动一个字节没有被发现")
    return f"验收意见书签署，卷宗 {len(data) // 1024} KB 离线核对通过；改动一个字节被指出位置"


def concluded(stage: Stage) -> bool:
    """Whether the verdict is signed and its dossier there."""
    return judged.sheet(stage, CITY) is not None and judged.dossier(stage, CITY) is not None


def veto(stage: Stage) -> str:
    """A body with a veto fails, and is told all its findings all the same."""
    sheet = judged.sheet(stage, RULES) or does(stage, RULES.code, RULES.filler, assessing.open_sheet).id
    judged.fill(stage, RULES, sheet)
    if judged.application(stage, RULES) is None:
        does(stage, RULES.code, RULES.submitter, assessing.apply, sheet)
    prove(stage.eventually(lambda: judged.application(stage, RULES) is not None), "申请没有送达省级")
    row = judged.applied(stage, RULES)
    if row.state == "desk":
        judged.province(stage, ONE, reviewing.accept, row.id)
        judged.province(
            stage, ONE, reviewing.appoint, row.id, [judged.person(stage, each) for each in EXPERTS[:2]]
        )
        for number, expert in enumerate(EXPERTS[:2], 1):
            words = f"第 {number} 项整改：恢复自助终端服务。"
            judged.province(stage, expert, rectifying.write_finding, row.id, "B10", words, must=True)
            judged.province(stage, expert, reviewing.score, row.id, judged.scores(stage, row.id, SHARE))
            judged.province(stage, expert, reviewing.close_sheet, row.id)
        judged.province(
            stage, ONE, reviewing.draft_opinion, row.id, "专家组意见：存在否决情形，不予通过。", [VETO]
        )
        for expert in EXPERTS[:2]:
            judged.province(stage, expert, reviewing.sign_opinion, row.id, agrees=True)
        judged.province(stage, ONE, rectifying.issue_opinion, row.id)
    row = judged.applied(stage, RULES)
    if row.state == "signing":
        change = judged.province(stage, ONE, concluding.propose, row.id, "存在否决情形，提请签署")
        judged.province(stage, TWO, approvals.approve, change.id, change.content_hash)
    prove(stage.eventually(lambda: judged.dossier(stage, RULES) is not None, 120), "卷宗没有生成")
    with inside(stage, tenant_of(stage, RULES.code).id, read_only=True) as session:
        verdict = judged.must(verdicts.of_assessment(session, sheet))
        told = verdicts.content(session, verdict)["findings"]
        conclusion = verdict.conclusion_zh
    prove(conclusion == "不合格" and len(told) == 2, f"结论是{conclusion}，告知整改 {len(told)} 项")
    return "规则市因否决情形结论为不合格，两项整改要求仍全部告知"


def vetoed(stage: Stage) -> bool:
    """Whether that verdict is there."""
    return judged.sheet(stage, RULES) is not None and judged.dossier(stage, RULES) is not None


STEPS = (
    Step("accept.apply", "自评、准入校验与验收申请", apply, concluded),
    Step("accept.judge", "专家组独立评阅，一人回避", judge, concluded),
    Step("accept.rectify", "整改与两次复核", rectify, concluded),
    Step("accept.sign", "签署验收意见书，卷宗离线可核对", sign, concluded),
    Step("accept.veto", "规则市有否决情形，整改要求照样告知", veto, vetoed),
)
