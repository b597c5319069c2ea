"""The list of sheets, one sheet, admission, applying."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from acceptance.assessments import queries, service
from acceptance.assessments.console.faces import WORDS, pages
from acceptance.assessments.models import Stage
from acceptance.assessments.policy.admission import admitted
from acceptance.assessments.policy.states import EDITABLE
from acceptance.assessments.schemas import PlanNoteForm
from kernel.calendar import clock
from kernel.calendar.working_days import working_days
from kernel.errors import Invalid
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.forms import Form
from kernel.web.notices import tell


@pages.get("/", permission=Permission.ASSESSMENT_SUBMIT)
def index() -> str:
    """Where this body stands, and its earlier sheets."""
    session = current.session()
    rows = queries.history(session)
    row = next((r for r in rows if r.state != Stage.CONCLUDED), None)
    whole = queries.sheet(session, row) if row is not None else None
    editable = row is not None and row.state in EDITABLE
    left = None
    if row is not None and row.due_on is not None:
        left = working_days(session).between(clock.today(), row.due_on)
    return render_template(
        "assessments/index.html",
        rows=rows,
        row=row,
        sheet=whole,
        conditions=queries.conditions(session, whole) if whole is not None and editable else [],
        left=left,
        editable=editable,
        may=current.actor().may,
        **WORDS,
    )


@pages.post("/", permission=Permission.ASSESSMENT_FILL)
def begin() -> Response:
    """A sheet over the standard in force."""
    row = service.open_sheet(current.session(), current.actor())
    tell(_("已启动第 %(n)s 次自评，实测数据截至今天。", n=row.number))
    return redirect(url_for("assessments.sheet", assessment_id=row.id))


@pages.get("/<uuid:assessment_id>", permission=Permission.ASSESSMENT_SUBMIT)
def sheet(assessment_id: UUID) -> str:
    """All items by dimension."""
    session = current.session()
    row = queries.assessment(session, assessment_id)
    whole = queries.sheet(session, row)
    dimensions = {
        name: [i for i in whole.items if i.item.dimension_zh == name] for name in whole.standard.dimensions
    }
    return render_template(
        "assessments/sheet.html",
        row=row,
        sheet=whole,
        dimensions=dimensions,
        editable=row.state in EDITABLE,
        may=current.actor().may,
        **WORDS,
    )


@pages.post("/<uuid:assessment_id>/measure", permission=Permission.ASSESSMENT_FILL)
def measure(assessment_id: UUID) -> Response:
    """The automatic part as of today."""
    service.measure(current.session(), assessment_id)
    tell(_("实测数据已更新到今天。自评分没有改动，请核对。"))
    return redirect(url_for("assessments.sheet", assessment_id=assessment_id))


@pages.get("/<uuid:assessment_id>/admission", permission=Permission.ASSESSMENT_SUBMIT)
def admission(assessment_id: UUID) -> str:
    """What is met and what is missing, before anybody applies."""
    return _admission(assessment_id, Form(PlanNoteForm()))


@pages.post("/<uuid:assessment_id>/admission", permission=Permission.ASSESSMENT_FILL)
def explain(assessment_id: UUID) -> Response | tuple[str, int]:
    """Why guideline tasks are open."""
    form = Form(PlanNoteForm())
    data = form.load(request.form)
    if data is None:
        return _admission(assessment_id, form), 422
    try:
        service.explain_plan(current.session(), current.actor(), assessment_id, data["plan_note_zh"])
    except Invalid as error:
        form.add_errors(error.fields)
        return _admission(assessment_id, form), 422
    tell(_("说明已保存。"))
    return redirect(url_for("assessments.admission", assessment_id=assessment_id))


@pages.post("/<uuid:assessment_id>/apply", permission=Permission.ASSESSMENT_SUBMIT)
def apply(assessment_id: UUID) -> Response:
    """Hand it over."""
    service.apply(current.session(), current.actor(), assessment_id)
    tell(_("验收申请已提交省级，自评表和材料已封存。"))
    return redirect(url_for("assessments.index"))


def _admission(assessment_id: UUID, form: Form) -> str:
    session, actor = current.session(), current.actor()
    row = queries.assessment(session, assessment_id)
    whole = queries.sheet(session, row)
    conditions = queries.conditions(session, whole)
    own = (
        actor.person_id in queries.fillers(session, row.id) or actor.person_id == row.last_filled_by_person_id
    )
    if not form.errors:
        form["plan_note_zh"].value = row.plan_note_zh
    return render_template(
        "assessments/admission.html",
        row=row,
        sheet=whole,
        conditions=conditions,
        admitted=admitted(conditions),
        own=own,
        form=form,
        editable=row.state in EDITABLE,
        may=actor.may,
        **WORDS,
    )
