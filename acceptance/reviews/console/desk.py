"""Applications with their clocks; one application's material; admit it or return it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from acceptance.assessments import queries as assessments
from acceptance.assessments.models import PackageFile, Stage
from acceptance.assessments.policy.states import STATE_ZH
from acceptance.reviews import policy, queries, service
from acceptance.reviews.console.faces import WORDS, left, pages, tabs
from acceptance.reviews.errors import ApplicationNotFound
from acceptance.reviews.models import ReviewApplication
from acceptance.reviews.schemas import ReturnForm
from kernel.calendar import clock
from kernel.calendar.working_days import working_days
from kernel.db import TenantSession
from kernel.errors import Invalid, NotFound
from kernel.permissions import Permission
from kernel.storage import queries as stored
from kernel.storage import service as storage
from kernel.web import current
from kernel.web.downloads import attachment
from kernel.web.forms import Form
from kernel.web.keyset import Key, take
from kernel.web.notices import tell
from kernel.web.paging import page_request


@pages.get("/", permission=Permission.REVIEW_DESK)
def index() -> str:
    """Open applications, what is due first on top (a body has one at most); concluded ones by pages."""
    session, actor = current.session(), current.actor()
    state, text = request.args.get("state", ""), request.args.get("q", "").strip()
    wanted = page_request(session.tenant_id, actor.person_id)
    found = take(
        session,
        queries.applications(state=Stage.CONCLUDED, text=text),
        [Key(ReviewApplication.state_since, "state_since", True), Key(ReviewApplication.id, "id")],
        size=wanted.size,
        position=wanted.position,
    )
    return render_template(
        "reviews/index.html",
        rows=queries.open_applications(session, state=state if state in STATE_ZH else "", text=text),
        page=wanted.page(found),
        counts=queries.counts(session),
        filters=[
            {"name": "q", "label": _("机构"), "kind": "text"},
            {"name": "state", "label": _("环节"), "kind": "select", "choices": list(STATE_ZH.items())[2:-1]},
        ],
        today=clock.today(),
        calendar=working_days(session),
        days_left=policy.days_left,
        **WORDS,
    )


@pages.get("/<uuid:application_id>", permission=Permission.REVIEW_DESK)
def show(application_id: UUID) -> str:
    """What was handed over, and every step so far."""
    return _show(application_id)


@pages.post("/<uuid:application_id>/accept", permission=Permission.REVIEW_DESK)
def accept(application_id: UUID) -> Response:
    """On to the panel."""
    row = service.accept(current.session(), current.actor(), application_id)
    tell(_("材料审核通过，请指派专家。"))
    return redirect(url_for("reviews.panel", application_id=row.id))


@pages.get("/<uuid:application_id>/return", permission=Permission.REVIEW_DESK)
def return_form(application_id: UUID) -> str:
    """Say what is missing."""
    row = queries.application(current.session(), application_id)
    return render_template("reviews/return.html", row=row, form=Form(ReturnForm()), **WORDS)


@pages.post("/<uuid:application_id>/return", permission=Permission.REVIEW_DESK)
def send_back(application_id: UUID) -> Response | tuple[str, int]:
    """Back to the centre."""
    form, session = Form(ReturnForm()), current.session()
    data = form.load(request.form)
    if data is not None:
        try:
            service.send_back(session, current.actor(), application_id, data["missing"].splitlines())
        except Invalid as error:
            form.add_errors(error.fields)
        else:
            tell(_("已退回，补充内容已告知中心。"), "warning")
            return redirect(url_for("reviews.show", application_id=application_id))
    row = queries.application(session, application_id)
    return render_template("reviews/return.html", row=row, form=form, **WORDS), 422


@pages.get("/<uuid:application_id>/items/<item_code>", permission=Permission.REVIEW_DESK)
def item(application_id: UUID, item_code: str) -> str:
    """One item as it was handed over, beside what the province holds today."""
    session = current.session()
    row = queries.application(session, application_id)
    found = next((i for i in queries.content(session, row)["items"] if i["code"] == item_code), None)
    if found is None:
        raise NotFound
    files = files_by_item(session, row, [found]).get(item_code, [])
    return render_template(
        "reviews/item.html", row=row, item=found, files=files, live=queries.live(session, row.subject_id), **WORDS
    )  # fmt: skip


@pages.get("/<uuid:application_id>/files/<uuid:row_id>", permission=Permission.REVIEW_DESK)
def file(application_id: UUID, row_id: UUID) -> Response:
    """The province's copy of a file, as an attachment."""
    session = current.session()
    return file_of(session, queries.application(session, application_id), row_id)


def files_by_item(
    session: TenantSession, row: ReviewApplication, items: Sequence[Mapping[str, Any]]
) -> dict[str, list[PackageFile]]:
    """Our copies of the files of each item; one file may speak for several."""
    held = {f.source_file_id: f for f in assessments.received_files(session, [row.package_id])}
    return {i["code"]: [held[UUID(f["file_id"])] for f in i["files"]] for i in items if i["files"]}


def file_of(session: TenantSession, row: ReviewApplication, row_id: UUID) -> Response:
    """A file that some package about this application named."""
    found = assessments.received_file(session, row_id)
    packages = {p.package_id for p in assessments.packages_of(session, row.assessment_id)}
    if found.package_id not in packages or found.file_id is None:
        raise ApplicationNotFound
    kept = stored.row(session, found.file_id)
    return attachment(stored.card(session, kept).name, kept.media_type, storage.read(session, kept.id))


def _show(application_id: UUID) -> str:
    session = current.session()
    row = queries.application(session, application_id)
    files = assessments.received_files(session, [row.package_id])
    return render_template(
        "reviews/show.html",
        row=row,
        content=queries.content(session, row),
        files=files,
        waiting=sum(f.file_id is None for f in files),
        steps=queries.steps(session, row.id),
        left=left(session, row),
        tabs=tabs(row, "reviews.show"),
        **WORDS,
    )
