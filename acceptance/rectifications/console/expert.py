"""An expert's own findings: written while scoring, seen by nobody else before the panel has closed."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from acceptance.rectifications import queries, service
from acceptance.rectifications.console.faces import WORDS, experts
from acceptance.rectifications.console.province import item_choices
from acceptance.rectifications.schemas import FindingForm
from acceptance.rectifications.service.findings import BEFORE_ISSUE
from acceptance.reviews import queries as reviews
from acceptance.reviews.errors import ApplicationNotFound, NotYourSeat
from acceptance.reviews.models import ReviewApplication
from kernel.errors import Invalid
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.forms import Form
from kernel.web.notices import tell


@experts.get("/<uuid:application_id>", permission=Permission.REVIEW_SCORE)
def show(application_id: UUID) -> str:
    """Own findings, and the form."""
    row = _mine(application_id)
    return _page(row, Form(FindingForm(), choices=item_choices(row.id)))


@experts.post("/<uuid:application_id>", permission=Permission.REVIEW_SCORE)
def write(application_id: UUID) -> Response | tuple[str, int]:
    """One more."""
    row = _mine(application_id)
    form = Form(FindingForm(), choices=item_choices(row.id))
    data = form.load(request.form)
    if data is None:
        return _page(row, form), 422
    try:
        service.write_finding(
            current.session(), current.actor(), row.id, data["item_code"], data["text_zh"], must=data["must"] == "must"
        )  # fmt: skip
    except Invalid as error:
        form.add_errors(error.fields)
        return _page(row, form), 422
    tell(_("已记录，印发前可以撤销。"))
    return redirect(url_for("expert_findings.show", application_id=row.id))


@experts.post("/<uuid:application_id>/items/<uuid:finding_id>/drop", permission=Permission.REVIEW_SCORE)
def drop(application_id: UUID, finding_id: UUID) -> Response:
    """One's own, before it is issued."""
    row = _mine(application_id)
    service.drop_finding(current.session(), current.actor(), finding_id)
    tell(_("已撤销。"), "warning")
    return redirect(url_for("expert_findings.show", application_id=row.id))


def _mine(application_id: UUID) -> ReviewApplication:
    session = current.session()
    try:
        reviews.seat(session, application_id, current.actor().person_id)
    except NotYourSeat:
        raise ApplicationNotFound from None
    return reviews.application(session, application_id)


def _page(row: ReviewApplication, form: Form) -> str:
    stories = queries.stories(current.session(), row.assessment_id, author=current.actor().person_id)
    return render_template(
        "rectifications/expert.html", row=row, stories=stories, form=form, editable=row.state in BEFORE_ISSUE, **WORDS
    )  # fmt: skip
