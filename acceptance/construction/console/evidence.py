"""One task: its steps, their evidence, and what may be done with it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from acceptance.construction import policy, queries, service
from acceptance.construction.console.faces import pages
from acceptance.construction.errors import NoPlanYet
from acceptance.construction.models import ConstructionEvidence, ConstructionStep
from acceptance.construction.schemas import EvidenceForm, ReturnForm
from acceptance.construction.service import EvidenceIn
from kernel.calendar import clock
from kernel.errors import Invalid, NotFound
from kernel.permissions import Permission
from kernel.storage import queries as stored
from kernel.storage import service as storage
from kernel.storage.purposes import EVIDENCE
from kernel.web import current
from kernel.web.downloads import attachment
from kernel.web.forms import Form
from kernel.web.notices import tell
from kernel.web.uploads import files_of, uploaded

STATE_ZH = {
    "reported": ("待核实", "warning"), "confirmed": ("已核实", "success"), "returned": ("已退回", "danger"),
    "withdrawn": ("已撤回", "neutral"),
}  # fmt: skip


@pages.get("/tasks/<int:number>", permission=Permission.CONSTRUCTION_READ)
def task(number: int) -> str:
    """Clause, steps, evidence."""
    return _page(number)


@pages.post("/tasks/<int:number>/days", permission=Permission.CONSTRUCTION_REPORT)
def days(number: int) -> Response | tuple[str, int]:
    """Other due days."""
    try:
        wanted = {
            UUID(name[4:]): date.fromisoformat(value)
            for name, value in request.form.items()
            if name.startswith("due-")
        }
        service.set_due_days(current.session(), number, wanted)
    except ValueError:
        return _page(number, days_error=_("日期请按 2026-11-24 的形式填写。")), 422
    except Invalid:
        return _page(number, days_error=_("完成日期应在计划的起止日期之内。")), 422
    tell(_("完成日期已调整。"))
    return redirect(url_for("construction.task", number=number))


@pages.get("/steps/<uuid:step_id>/evidence", permission=Permission.CONSTRUCTION_REPORT)
def report_form(step_id: UUID) -> str:
    """The form of one step."""
    return _report_page(queries.step(current.session(), step_id), Form(EvidenceForm()))


@pages.post(
    "/steps/<uuid:step_id>/evidence",
    permission=Permission.CONSTRUCTION_REPORT,
    body_bytes=files_of(EVIDENCE.most_bytes),
)
def report(step_id: UUID) -> Response | tuple[str, int]:
    """Report evidence, with a file or without. A refused file leaves nothing behind and what was typed stays."""
    session, form = current.session(), Form(EvidenceForm())
    step = queries.step(session, step_id)
    data = form.load(request.form)
    if data is None:
        return _report_page(step, form), 422
    given = EvidenceIn(**data)
    try:
        for each in uploaded("file"):
            kept = storage.keep(
                session, name=each.name, media_type=each.media_type, data=each.data, purpose=EVIDENCE.code
            )
            given = EvidenceIn(**data, file_id=kept.id)
        service.report(session, current.actor(), step_id, given)
    except Invalid as error:
        form.add_errors(error.fields)
        return _report_page(step, form), 422
    tell(_("已填报，待另一位人员核实后计入进度。"))
    return redirect(url_for("construction.task", number=step.task_number))


@pages.post("/evidence/<uuid:evidence_id>/confirm", permission=Permission.CONSTRUCTION_CONFIRM)
def confirm(evidence_id: UUID) -> Response:
    """It counts from now on."""
    row = service.decide(current.session(), current.actor(), evidence_id, confirm=True)
    tell(_("已核实：%(title)s", title=row.title_zh))
    return _back(row.step_id)


@pages.get("/evidence/<uuid:evidence_id>/return", permission=Permission.CONSTRUCTION_CONFIRM)
def return_form(evidence_id: UUID) -> str:
    """Say why."""
    return _return_page(queries.evidence(current.session(), evidence_id), Form(ReturnForm()))


@pages.post("/evidence/<uuid:evidence_id>/return", permission=Permission.CONSTRUCTION_CONFIRM)
def send_back(evidence_id: UUID) -> Response | tuple[str, int]:
    """Back to whoever reported it."""
    session, form = current.session(), Form(ReturnForm())
    data = form.load(request.form)
    if data is None:
        return _return_page(queries.evidence(session, evidence_id), form), 422
    row = service.decide(session, current.actor(), evidence_id, confirm=False, reason_zh=data["reason_zh"])
    tell(_("已退回：%(title)s", title=row.title_zh), "warning")
    return _back(row.step_id)


@pages.post("/evidence/<uuid:evidence_id>/withdraw", permission=Permission.CONSTRUCTION_REPORT)
def withdraw(evidence_id: UUID) -> Response:
    """Take one's own back."""
    row = service.withdraw(current.session(), current.actor(), evidence_id)
    tell(_("已撤回：%(title)s", title=row.title_zh), "warning")
    return _back(row.step_id)


@pages.get("/evidence/<uuid:evidence_id>/file", permission=Permission.CONSTRUCTION_READ)
def file(evidence_id: UUID) -> Response:
    """The file, as an attachment."""
    session = current.session()
    row = queries.evidence(session, evidence_id)
    if row.file_id is None:
        raise NotFound
    kept = stored.row(session, row.file_id)
    name = stored.card(session, kept).name
    return attachment(name, kept.media_type, storage.read(session, row.file_id))


def _back(step_id: UUID) -> Response:
    return redirect(url_for("construction.task", number=queries.step(current.session(), step_id).task_number))


def _report_page(step: ConstructionStep, form: Form) -> str:
    return render_template(
        "construction/report.html", step=step, task=policy.task(step.task_number), form=form, purpose=EVIDENCE
    )


def _return_page(row: ConstructionEvidence, form: Form) -> str:
    step = queries.step(current.session(), row.step_id)
    return render_template(
        "construction/return.html", evidence=row, step=step, task=policy.task(step.task_number), form=form
    )


def _page(number: int, days_error: str = "") -> str:
    try:
        found = policy.task(number)
    except KeyError:
        raise NotFound from None
    session = current.session()
    plan = queries.plan(session)
    if plan is None:
        raise NoPlanYet
    return render_template(
        "construction/task.html",
        task=found,
        rows=queries.steps(session, number),
        state_zh=STATE_ZH,
        shared=number in policy.SHARED_TASKS and plan.build_mode == "provincial_shared",
        actor=current.actor(),
        today=clock.today(),
        days_error=days_error,
    )
