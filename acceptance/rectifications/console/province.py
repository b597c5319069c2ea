"""At the province: write findings, issue the opinion with them, recheck what was answered."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from acceptance.assessments import queries as assessments
from acceptance.assessments.models import Stage
from acceptance.rectifications import queries, service
from acceptance.rectifications.console.faces import WORDS, findings
from acceptance.rectifications.schemas import FindingForm, RecheckForm
from acceptance.rectifications.service.findings import BEFORE_ISSUE
from acceptance.reviews import queries as reviews
from acceptance.reviews.console.faces import left, tabs
from kernel.errors import Invalid
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.forms import Form
from kernel.web.notices import tell


@findings.get("/<uuid:application_id>", permission=Permission.REVIEW_DESK)
def show(application_id: UUID) -> str:
    """All findings of an application."""
    return _page(application_id)


@findings.post("/<uuid:application_id>", permission=Permission.REVIEW_DESK)
def write(application_id: UUID) -> Response | tuple[str, int]:
    """One more."""
    session = current.session()
    form = Form(FindingForm(), choices=item_choices(application_id))
    data = form.load(request.form)
    if data is not None:
        try:
            service.write_finding(
                session, current.actor(), application_id, data["item_code"], data["text_zh"], must=data["must"] == "must"
            )  # fmt: skip
        except Invalid as error:
            form.add_errors(error.fields)
        else:
            tell(_("已记录。"))
            return redirect(url_for("findings.show", application_id=application_id))
    return _page(application_id, form), 422


@findings.post("/<uuid:application_id>/issue", permission=Permission.REVIEW_DESK)
def issue(application_id: UUID) -> Response:
    """Hand the opinion over."""
    row = service.issue_opinion(current.session(), current.actor(), application_id)
    tell(_("验收意见已印发。"))
    to = "findings.show" if row.state == Stage.RECTIFYING else "verdicts.sign"
    return redirect(url_for(to, application_id=application_id))


@findings.post("/items/<uuid:finding_id>/drop", permission=Permission.REVIEW_DESK)
def drop(finding_id: UUID) -> Response:
    """Before it is issued."""
    session = current.session()
    row = service.drop_finding(session, current.actor(), finding_id)
    application = reviews.by_assessment(session, row.assessment_id)
    tell(_("已撤销。"), "warning")
    assert application is not None
    return redirect(url_for("findings.show", application_id=application.id))


@findings.get("/items/<uuid:finding_id>/recheck", permission=Permission.REVIEW_DESK)
def recheck_form(finding_id: UUID) -> str:
    """The answer beside the form."""
    return _recheck(finding_id, Form(RecheckForm()))


@findings.post("/items/<uuid:finding_id>/recheck", permission=Permission.REVIEW_DESK)
def recheck(finding_id: UUID) -> Response | tuple[str, int]:
    """Enough or not."""
    session, form = current.session(), Form(RecheckForm())
    data = form.load(request.form)
    if data is None:
        return _recheck(finding_id, form), 422
    try:
        service.recheck(
            session, current.actor(), finding_id, passed=data["passed"] == "yes", note_zh=data["note_zh"]
        )
    except Invalid as error:
        form.add_errors(error.fields)
        return _recheck(finding_id, form), 422
    application = reviews.by_assessment(session, queries.finding(session, finding_id).assessment_id)
    assert application is not None
    tell(_("复核结果已记录。"))
    return redirect(url_for("findings.show", application_id=application.id))


def item_choices(application_id: UUID) -> dict[str, list[tuple[str, str]]]:
    """Items of the application's sheet, for the form."""
    session = current.session()
    items = reviews.content(session, reviews.application(session, application_id))["items"]
    return {"item_code": [(i["code"], f"{i['code']} {i['title_zh']}") for i in items]}


def _page(application_id: UUID, form: Form | None = None) -> str:
    session, actor = current.session(), current.actor()
    row = reviews.application(session, application_id)
    closed = [s for s in reviews.seats(session, row.id) if s.state == "closed"]
    signed = reviews.signatures(session, row)
    sealed = row.state == Stage.PANEL
    return render_template(
        "rectifications/province.html",
        row=row,
        sealed=sealed,
        stories=[] if sealed else queries.stories(session, row.assessment_id),
        files=assessments.received_files(
            session, [p.package_id for p in assessments.packages_of(session, row.assessment_id) if p.kind == "answers"]
        ),
        editable=row.state in BEFORE_ISSUE and not sealed,
        ready=row.state == Stage.OPINION and row.opinion_number > 0 and all(s.id in signed for s in closed),
        form=form or Form(FindingForm(), choices=item_choices(application_id)),
        left=left(session, row),
        tabs=tabs(row, "findings.show"),
        actor=actor,
        **WORDS,
    )  # fmt: skip


def _recheck(finding_id: UUID, form: Form) -> str:
    session = current.session()
    row = queries.finding(session, finding_id)
    application = reviews.by_assessment(session, row.assessment_id)
    story = next(s for s in queries.stories(session, row.assessment_id) if s.finding.finding_id == finding_id)
    packages = [
        p.package_id for p in assessments.packages_of(session, row.assessment_id) if p.kind == "answers"
    ]
    files = [
        f for f in assessments.received_files(session, packages) if f.reference.startswith(f"{row.number}#")
    ]
    return render_template(
        "rectifications/recheck.html",
        finding=row,
        row=application,
        story=story,
        files=files,
        form=form,
        own=row.author_person_id == current.actor().person_id,
        **WORDS,
    )
