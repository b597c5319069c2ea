"""In the centre: findings, answers, files, sending."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from acceptance.assessments import queries as assessments
from acceptance.assessments.models import PackageKind
from acceptance.rectifications import queries, service
from acceptance.rectifications.console.faces import WORDS, pages
from acceptance.rectifications.schemas import AnswerForm
from acceptance.rectifications.service.answering import OPEN
from kernel.calendar import clock
from kernel.calendar.working_days import working_days
from kernel.errors import Invalid
from kernel.permissions import Permission
from kernel.storage import queries as stored
from kernel.storage import service as storage
from kernel.storage.purposes import EVIDENCE
from kernel.web import current
from kernel.web.downloads import attachment
from kernel.web.forms import Form
from kernel.web.notices import tell
from kernel.web.uploads import files_of, uploaded


@pages.get("/<uuid:assessment_id>", permission=Permission.ASSESSMENT_SUBMIT)
def show(assessment_id: UUID) -> str:
    """The opinion and every finding with what followed."""
    session, actor = current.session(), current.actor()
    row = assessments.assessment(session, assessment_id)
    stories = queries.stories(session, row.id)
    waiting = [s for s in stories if s.finding.state in OPEN]
    own = any(
        s.open_answer is not None and s.open_answer.written_by_person_id == actor.person_id for s in waiting
    )
    left = working_days(session).between(clock.today(), row.due_on) if row.due_on is not None else None
    return render_template(
        "rectifications/centre.html",
        row=row,
        stories=stories,
        opinion=assessments.newest_content(session, row.id, PackageKind.OPINION),
        waiting=waiting,
        complete=bool(waiting) and all(s.open_answer is not None for s in waiting),
        own=own,
        left=left,
        may=actor.may,
        open_states=OPEN,
        **WORDS,
    )


@pages.get("/findings/<uuid:finding_id>", permission=Permission.ASSESSMENT_FILL)
def answer_form(finding_id: UUID) -> str:
    """One finding with the form of its answer."""
    return _answer(finding_id)


@pages.post(
    "/findings/<uuid:finding_id>",
    permission=Permission.ASSESSMENT_FILL,
    body_bytes=files_of(EVIDENCE.most_bytes),
)
def answer(finding_id: UUID) -> Response | tuple[str, int]:
    """Keep the answer; a file comes in a step of its own, so that each change is one event."""
    session, form = current.session(), Form(AnswerForm())
    data = form.load(request.form)
    if data is None:
        return _answer(finding_id, form), 422
    try:
        given = uploaded("file")
        if given:
            kept = storage.keep(
                session, name=given[0].name, media_type=given[0].media_type, data=given[0].data, purpose=EVIDENCE.code
            )  # fmt: skip
            title = data["title_zh"] or given[0].name.rpartition(".")[0] or _("整改材料")
            service.answer(session, current.actor(), finding_id, data["text_zh"], file=(title[:100], kept.id))
        else:
            service.answer(session, current.actor(), finding_id, data["text_zh"])
    except Invalid as error:
        form.add_errors(error.fields)
        return _answer(finding_id, form), 422
    row = queries.finding(session, finding_id)
    tell(_("第 %(n)s 条整改答复已保存。", n=row.number))
    return redirect(url_for("rectifications.show", assessment_id=row.assessment_id))


@pages.post("/<uuid:assessment_id>/send", permission=Permission.ASSESSMENT_SUBMIT)
def send(assessment_id: UUID) -> Response:
    """Hand the round over."""
    service.send_answers(current.session(), current.actor(), assessment_id)
    tell(_("整改答复已提交省级复核。"))
    return redirect(url_for("rectifications.show", assessment_id=assessment_id))


@pages.get("/files/<uuid:row_id>", permission=Permission.ASSESSMENT_SUBMIT)
def file(row_id: UUID) -> Response:
    """A file of an answer, as an attachment."""
    session = current.session()
    row = queries.answer_file(session, row_id)
    kept = stored.row(session, row.file_id)
    return attachment(stored.card(session, kept).name, kept.media_type, storage.read(session, kept.id))


def _answer(finding_id: UUID, form: Form | None = None) -> str:
    session = current.session()
    row = queries.finding(session, finding_id)
    sheet = assessments.assessment(session, row.assessment_id)
    found = queries.answer(session, row)
    story = next(s for s in queries.stories(session, row.assessment_id) if s.finding.finding_id == finding_id)
    return render_template(
        "rectifications/answer.html",
        row=row,
        sheet=sheet,
        story=story,
        form=form or Form(AnswerForm(), values={"text_zh": found.text_zh if found is not None else ""}),
        purpose=EVIDENCE,
        **WORDS,
    )
