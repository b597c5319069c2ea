"""Seats, recusal, discussion, the wording of the opinion."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from acceptance.reviews import queries, service
from acceptance.reviews.console.faces import WORDS, left, pages, tabs
from acceptance.reviews.errors import NoExpert
from acceptance.reviews.schemas import DiscussionForm, OpinionForm, RecuseForm
from kernel.errors import Invalid
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.forms import Form
from kernel.web.notices import tell


@pages.get("/<uuid:application_id>/panel", permission=Permission.REVIEW_DESK)
def panel(application_id: UUID) -> str:
    """Who sits, who may be asked, and the results once all sheets are closed."""
    return _panel(application_id)


@pages.post("/<uuid:application_id>/panel", permission=Permission.REVIEW_DESK)
def appoint(application_id: UUID) -> Response:
    """Give seats."""
    wanted = [_uuid(text) for text in request.form.getlist("expert")]
    service.appoint(current.session(), current.actor(), application_id, wanted)
    tell(_("已指派专家，专家登录后即可独立评分。"))
    return redirect(url_for("reviews.panel", application_id=application_id))


@pages.post("/<uuid:application_id>/bar", permission=Permission.REVIEW_DESK)
def bar(application_id: UUID) -> Response | tuple[str, int]:
    """Note an interest."""
    session = current.session()
    row = queries.application(session, application_id)
    person = _uuid(request.form.get("person", ""))
    expert = next((e for e in queries.experts(session, row.subject_id) if e.person_id == person), None)
    if expert is None:
        raise NoExpert
    form = Form(RecuseForm())
    data = form.load(request.form)
    if data is None:
        return _panel(application_id, barring=form), 422
    service.bar(session, current.actor(), person, expert.name, row.subject_id, data["reason_zh"])
    tell(_("已登记 %(name)s 的回避情形。", name=expert.name), "warning")
    return redirect(url_for("reviews.panel", application_id=application_id))


@pages.get("/<uuid:application_id>/seats/<uuid:person_id>/recuse", permission=Permission.REVIEW_DESK)
def recuse_form(application_id: UUID, person_id: UUID) -> str:
    """Say why."""
    return _recuse(application_id, person_id, Form(RecuseForm()))


@pages.post("/<uuid:application_id>/seats/<uuid:person_id>/recuse", permission=Permission.REVIEW_DESK)
def recuse(application_id: UUID, person_id: UUID) -> Response | tuple[str, int]:
    """The officer decides a recusal."""
    form = Form(RecuseForm())
    data = form.load(request.form)
    if data is None:
        return _recuse(application_id, person_id, form), 422
    seat = service.recuse(current.session(), current.actor(), application_id, data["reason_zh"], person_id)
    tell(_("%(name)s 已回避。", name=seat.name_zh), "warning")
    return redirect(url_for("reviews.panel", application_id=application_id))


@pages.post("/<uuid:application_id>/discussion", permission=Permission.REVIEW_DESK)
def discuss(application_id: UUID) -> Response | tuple[str, int]:
    """Record it."""
    form = Form(DiscussionForm())
    data = form.load(request.form)
    if data is None:
        return _panel(application_id, discussion=form), 422
    service.conclude_discussion(current.session(), current.actor(), application_id, data["discussion_zh"])
    tell(_("合议已记录，请拟定验收意见。"))
    return redirect(url_for("reviews.opinion", application_id=application_id))


@pages.get("/<uuid:application_id>/opinion", permission=Permission.REVIEW_DESK)
def opinion(application_id: UUID) -> str:
    """The wording and its signatures."""
    return _opinion(application_id)


@pages.post("/<uuid:application_id>/opinion", permission=Permission.REVIEW_DESK)
def draft(application_id: UUID) -> Response | tuple[str, int]:
    """A new wording; experts sign anew."""
    form = Form(OpinionForm())
    data = form.load(request.form)
    if data is None:
        return _opinion(application_id, form), 422
    codes = request.form.getlist("veto")
    vetoes = [(code, request.form.get(f"reason-{code}", "")) for code in codes]
    try:
        service.draft_opinion(current.session(), current.actor(), application_id, data["opinion_zh"], vetoes)
    except Invalid as error:
        form.add_errors(error.fields)
        return _opinion(application_id, form), 422
    tell(_("验收意见已保存，等待专家签署。"))
    return redirect(url_for("reviews.opinion", application_id=application_id))


def _panel(application_id: UUID, *, barring: Form | None = None, discussion: Form | None = None) -> str:
    session = current.session()
    row = queries.application(session, application_id)
    content = queries.content(session, row)
    return render_template(
        "reviews/panel.html",
        row=row,
        seats=queries.seats(session, row.id),
        experts=queries.experts(session, row.subject_id),
        result=queries.panel_result(session, row, content["items"]),
        barring=barring or Form(RecuseForm()),
        discussion=discussion or Form(DiscussionForm()),
        left=left(session, row),
        tabs=tabs(row, "reviews.panel"),
        **WORDS,
    )


def _recuse(application_id: UUID, person_id: UUID, form: Form) -> str:
    session = current.session()
    row = queries.application(session, application_id)
    seat = queries.seat(session, row.id, person_id)
    return render_template("reviews/recuse.html", row=row, seat=seat, form=form, **WORDS)


def _opinion(application_id: UUID, form: Form | None = None) -> str:
    session = current.session()
    row = queries.application(session, application_id)
    content = queries.content(session, row)
    chosen = {veto["code"]: veto["reason_zh"] for veto in row.vetoes}
    if form is not None:
        chosen = {code: request.form.get(f"reason-{code}", "") for code in request.form.getlist("veto")}
    return render_template(
        "reviews/opinion.html",
        row=row,
        content=content,
        seats=[s for s in queries.seats(session, row.id) if s.state == "closed"],
        signatures=queries.signatures(session, row),
        result=queries.panel_result(session, row, content["items"]),
        form=form or Form(OpinionForm(), values={"opinion_zh": row.opinion_zh}),
        chosen=chosen,
        left=left(session, row),
        tabs=tabs(row, "reviews.opinion"),
        **WORDS,
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NoExpert from None
