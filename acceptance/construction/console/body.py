"""The body's tasks, its plan, and answers to the province."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from acceptance.construction import policy, queries, service
from acceptance.construction.console.faces import pages
from acceptance.construction.schemas import AnswerForm, PlanForm
from acceptance.construction.service import PlanIn
from kernel.calendar import clock
from kernel.errors import Invalid
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.forms import Form
from kernel.web.notices import tell
from tenants.registry import queries as registry


@pages.get("/", permission=Permission.CONSTRUCTION_READ)
def index() -> str:
    """The 20 tasks by stage, with what evidence says of each."""
    session, today = current.session(), clock.today()
    plan = queries.plan(session)
    progress = queries.progress(session, today)
    by_number = {each.number: each for each in progress.tasks}
    stages = [
        (title, [(task, by_number[task.number]) for task in policy.guideline() if task.stage == code])
        for code, title in policy.STAGES
    ]
    return render_template(
        "construction/index.html",
        plan=plan,
        progress=progress,
        stages=stages,
        waiting=queries.waiting(session) if plan else {},
        milestones=policy.milestones(progress),
        urges=queries.urges(session, session.tenant_id),
        mode_zh=policy.MODE_ZH,
        shared=policy.SHARED_TASKS if plan and plan.build_mode == "provincial_shared" else frozenset(),
        answer=Form(AnswerForm()),
        may=current.actor().may,
        today=today,
    )


@pages.get("/plan", permission=Permission.CONSTRUCTION_REPORT)
def edit_plan() -> str:
    """Make or change the plan."""
    session = current.session()
    found, profile = queries.plan(session), registry.profile(session)
    values: object = found or {
        "build_mode": profile.build_mode if profile else "",
        "started_on": clock.today(),
    }
    return render_template(
        "construction/plan.html", form=Form(PlanForm(), values=values), known=found is not None
    )


@pages.post("/plan", permission=Permission.CONSTRUCTION_REPORT)
def save_plan() -> Response | tuple[str, int]:
    """Keep it."""
    form, session = Form(PlanForm()), current.session()
    data = form.load(request.form)
    if data is not None:
        try:
            service.make_plan(session, PlanIn(**data))
        except Invalid as error:
            form.add_errors(error.fields)
        else:
            tell(_("建设计划已保存。"))
            return redirect(url_for("construction.index"))
    known = queries.plan(session) is not None
    return render_template("construction/plan.html", form=form, known=known), 422


@pages.post("/urges/<uuid:urge_id>/answer", permission=Permission.CONSTRUCTION_REPORT)
def answer(urge_id: UUID) -> Response | tuple[str, int]:
    """Answer the province."""
    form = Form(AnswerForm())
    data = form.load(request.form)
    if data is None:
        return _answer_page(urge_id, form), 422
    service.answer_urge(current.session(), current.actor(), urge_id, data["answer_zh"])
    tell(_("已回复省级督办。"))
    return redirect(url_for("construction.index"))


@pages.get("/urges/<uuid:urge_id>", permission=Permission.CONSTRUCTION_READ)
def urge(urge_id: UUID) -> str:
    """One urging with its answer."""
    return _answer_page(urge_id, Form(AnswerForm()))


def _answer_page(urge_id: UUID, form: Form) -> str:
    found = queries.urge_shown(current.session(), urge_id)
    return render_template("construction/urge.html", urge=found, form=form, may=current.actor().may)
