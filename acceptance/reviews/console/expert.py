"""An expert's own pages: tasks, the sheet, recusal, signature. Nobody else's scores before the panel has closed."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from acceptance.assessments.models import Stage
from acceptance.reviews import queries, service
from acceptance.reviews.console.desk import file_of, files_by_item
from acceptance.reviews.console.faces import WORDS, left, scoring
from acceptance.reviews.errors import ApplicationNotFound, NotYourSeat
from acceptance.reviews.models import PanelSeat, ReviewApplication
from acceptance.reviews.schemas import RecuseForm, SignForm
from acceptance.standards.policy import plain
from kernel.calendar import clock
from kernel.calendar.working_days import working_days
from kernel.db import TenantSession
from kernel.errors import Invalid
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.forms import Form
from kernel.web.notices import tell


@scoring.get("/", permission=Permission.REVIEW_SCORE)
def index() -> str:
    """What waits for this expert, and until when."""
    session = current.session()
    tasks = queries.tasks(session, current.actor().person_id)
    calendar, today = working_days(session), clock.today()
    days = {
        t.application.id: calendar.between(today, t.application.due_on) if t.application.due_on else None
        for t in tasks
    }
    return render_template("reviews/tasks.html", tasks=tasks, days=days, **WORDS)


@scoring.get("/<uuid:application_id>", permission=Permission.REVIEW_SCORE)
def show(application_id: UUID) -> str:
    """The sheet: self score, what was measured then, what the province holds today, the own points."""
    return _sheet(application_id, {}, {})


@scoring.post("/<uuid:application_id>", permission=Permission.REVIEW_SCORE)
def save(application_id: UUID) -> Response | tuple[str, int]:
    """Keep what was typed; empty items are left out."""
    typed = {
        name[6:]: (value.strip(), request.form.get(f"note-{name[6:]}", ""))
        for name, value in request.form.items()
        if name.startswith("score-")
    }
    given, wrong = {}, {}
    for code, (text, note) in typed.items():
        if not text:
            continue
        try:
            given[code] = (_points(text), note[:1000])
        except InvalidOperation:
            wrong[code] = [_("请填写数字，例如 2.5。")]
    if not wrong:
        try:
            service.score(current.session(), current.actor(), application_id, given)
        except Invalid as error:
            wrong = dict(error.fields)
        else:
            tell(_("已保存 %(n)s 项评分。", n=len(given)))
            return redirect(url_for("scoring.show", application_id=application_id))
    return _sheet(application_id, typed, wrong), 422


@scoring.post("/<uuid:application_id>/close", permission=Permission.REVIEW_SCORE)
def close(application_id: UUID) -> Response | tuple[str, int]:
    """Freeze the own sheet."""
    try:
        service.close_sheet(current.session(), current.actor(), application_id)
    except Invalid as error:
        return _sheet(application_id, {}, dict(error.fields)), 422
    tell(_("评分已封存。全部专家封存后进入验收意见环节。"))
    return redirect(url_for("scoring.show", application_id=application_id))


@scoring.get("/<uuid:application_id>/recuse", permission=Permission.REVIEW_SCORE)
def recuse_form(application_id: UUID) -> str:
    """Say why."""
    row, seat = _mine(current.session(), application_id)
    return render_template("reviews/my_recuse.html", row=row, seat=seat, form=Form(RecuseForm()), **WORDS)


@scoring.post("/<uuid:application_id>/recuse", permission=Permission.REVIEW_SCORE)
def recuse(application_id: UUID) -> Response | tuple[str, int]:
    """Step back."""
    session, form = current.session(), Form(RecuseForm())
    data = form.load(request.form)
    if data is None:
        row, seat = _mine(session, application_id)
        return render_template("reviews/my_recuse.html", row=row, seat=seat, form=form, **WORDS), 422
    service.recuse(session, current.actor(), application_id, data["reason_zh"])
    tell(_("您已回避本次评阅。"), "warning")
    return redirect(url_for("scoring.index"))


@scoring.get("/<uuid:application_id>/opinion", permission=Permission.REVIEW_SCORE)
def opinion(application_id: UUID) -> str:
    """The wording to be signed, with the results of all sheets."""
    return _opinion(application_id, Form(SignForm()))


@scoring.post("/<uuid:application_id>/opinion", permission=Permission.REVIEW_SCORE)
def sign(application_id: UUID) -> Response | tuple[str, int]:
    """Agree or dissent."""
    form = Form(SignForm())
    data = form.load(request.form)
    if data is None:
        return _opinion(application_id, form), 422
    try:
        service.sign_opinion(
            current.session(), current.actor(), application_id, agrees=data["agrees"] == "yes", dissent_zh=data["dissent_zh"]
        )  # fmt: skip
    except Invalid as error:
        form.add_errors(error.fields)
        return _opinion(application_id, form), 422
    tell(_("已签署验收意见。"))
    return redirect(url_for("scoring.index"))


@scoring.get("/<uuid:application_id>/files/<uuid:row_id>", permission=Permission.REVIEW_SCORE)
def file(application_id: UUID, row_id: UUID) -> Response:
    """A file of an application on which this expert sits."""
    session = current.session()
    row, _seat = _mine(session, application_id)
    return file_of(session, row, row_id)


def _mine(session: TenantSession, application_id: UUID) -> tuple[ReviewApplication, PanelSeat]:
    """The application and the own seat. Raises ApplicationNotFound: an expert does not learn what else there is."""
    try:
        seat = queries.seat(session, application_id, current.actor().person_id)
    except NotYourSeat:
        raise ApplicationNotFound from None
    return queries.application(session, application_id), seat


def _sheet(application_id: UUID, typed: dict[str, tuple[str, str]], wrong: dict[str, list[str]]) -> str:
    session = current.session()
    row, seat = _mine(session, application_id)
    content, scores = queries.content(session, row), queries.sheet_of(session, seat.id)
    shown = {code: (plain(s.points), s.note_zh) for code, s in scores.items()} | typed
    dimensions: dict[str, list[object]] = {}
    for item in content["items"]:
        dimensions.setdefault(item["dimension_zh"], []).append(item)
    return render_template(
        "reviews/score.html",
        row=row,
        seat=seat,
        content=content,
        dimensions=dimensions,
        shown=shown,
        wrong=wrong,
        done=len(scores),
        files=files_by_item(session, row, content["items"]),
        live=queries.live(session, row.subject_id),
        open=seat.state == "seated" and row.state == Stage.PANEL,
        left=left(session, row),
        **WORDS,
    )


def _opinion(application_id: UUID, form: Form) -> str:
    session = current.session()
    row, seat = _mine(session, application_id)
    content = queries.content(session, row)
    return render_template(
        "reviews/sign.html",
        row=row,
        seat=seat,
        result=queries.panel_result(session, row, content["items"]),
        seats=[s for s in queries.seats(session, row.id) if s.state == "closed"],
        signed=queries.signatures(session, row).get(seat.id),
        form=form,
        **WORDS,
    )


def _points(text: str) -> Decimal:
    found = Decimal(text.replace("，", "."))
    if not found.is_finite():
        raise InvalidOperation
    return found.quantize(Decimal("0.01"))
