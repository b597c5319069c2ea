"""The third act begins: a centre reports on the 20 tasks with evidence that a second person confirms; another is late and is urged."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from acceptance.construction import queries, service
from acceptance.construction.policy import guideline
from acceptance.construction.service import EvidenceIn, PlanIn
from app.story.acting import acting, does
from app.story.entering import browser_of, tenant_of
from app.story.stage import Stage
from app.story.step import Step, prove
from app.story.steps_equipping import inside
from kernel.calendar import clock

DONE, LATE = "C99010", "C99030"
LEFT = 3
"""Steps of the last task that are still open: a plan that is all done would teach nothing."""


def report(stage: Stage) -> str:
    """Each step's evidence is reported by one person and confirmed by another."""
    today = clock.today()
    with acting(stage, DONE, "shili.admin") as (session, _actor):
        service.make_plan(
            session,
            PlanIn(
                "provincial_shared", "主任 云知遥", "运营管理部", "示例软件有限公司",
                today - timedelta(days=300), today + timedelta(days=40),
            ),
        )  # fmt: skip
    steps = _open_steps(stage, DONE)
    for step_id, title in steps[: len(steps) - LEFT]:
        given = EvidenceIn(f"{title}的佐证", "已按要求落实，材料存档备查。")
        row = does(stage, DONE, "shili.admin", service.report, step_id, given)
        does(stage, DONE, "shili.approver", service.decide, row.id, confirm=True)
    with inside(stage, tenant_of(stage, DONE).id, read_only=True) as session:
        progress = queries.progress(session, today)
    prove(progress.steps_done == progress.steps_total - LEFT, "核实过的步骤数不对")
    return f"{progress.steps_done}/{progress.steps_total} 步经另一人核实，{progress.tasks_done}/20 项任务完成"


def urge(stage: Stage) -> str:
    """A centre that is still building is late by its evidence; the province's list shows it, an urging goes out."""
    today = clock.today()
    with acting(stage, LATE, "xinjian.admin") as (session, _actor):
        if queries.plan(session) is None:
            service.make_plan(
                session,
                PlanIn(
                    "in_progress", "主任 裴行简", "筹建组", "示例系统集成公司",
                    today - timedelta(days=120), today + timedelta(days=240),
                ),
            )  # fmt: skip
        else:
            service.hand_up(session)
            session.rollback()
    officer = browser_of(stage, "province.officer.one")
    seen = stage.eventually(lambda: "新建市" in officer.get("/console/province/construction/?late=1").text)
    prove(seen, "省级的滞后清单没有新建市")
    subject = tenant_of(stage, LATE).id
    with inside(stage, stage.installation.province_id(), read_only=True) as session:
        urged = bool(queries.urges(session, subject))
    if not urged:
        place = stage.installation.settings.province.code
        text = "请说明滞后步骤的原因和完成时间。"
        does(
            stage, place, "province.officer.one", service.send_urge, subject, text, today + timedelta(days=7)
        )
    mine = browser_of(stage, "xinjian.admin")
    prove(
        stage.eventually(lambda: "请说明滞后步骤" in mine.get("/console/construction/").text), "督办没有送达"
    )
    return "新建市按佐证材料计算为滞后，省级清单列出并发出督办，已送达"


def _open_steps(stage: Stage, code: str) -> list[tuple[UUID, str]]:
    with inside(stage, tenant_of(stage, code).id, read_only=True) as session:
        found = []
        for task in guideline():
            for row in queries.steps(session, task.number):
                if row.done_on is None and not row.evidence:
                    found.append((row.step.id, row.step.title_zh))
        return found


def reported(stage: Stage) -> bool:
    """Whether the centre has its plan and evidence."""
    with inside(stage, tenant_of(stage, DONE).id, read_only=True) as session:
        if queries.plan(session) is None:
            return False
        progress = queries.progress(session, clock.today())
        return progress.steps_done == progress.steps_total - LEFT


STEPS = (
    Step("build.report", "示例市按二十项任务填报佐证，由另一人核实", report, reported),
    Step("build.urge", "新建市滞后，省级督办", urge),
)
