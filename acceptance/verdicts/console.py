"""The list of verdicts on either side, and proposing one."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from acceptance.assessments.models import Stage
from acceptance.assessments.policy.scoring import BANDS_NOTE_ZH
from acceptance.reviews import queries as reviews
from acceptance.reviews.console.faces import WORDS, left, tabs
from acceptance.reviews.service.moving import OBJECT
from acceptance.verdicts import queries, service
from acceptance.verdicts.models import Verdict
from acceptance.verdicts.schemas import SignForm
from kernel.approvals import queries as approvals
from kernel.errors import Invalid
from kernel.identity import queries as people
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.blueprints import Pages
from kernel.web.forms import Form
from kernel.web.keyset import Key, take
from kernel.web.notices import tell
from kernel.web.paging import page_request

pages = Pages("verdicts", "acceptance.verdicts", url_prefix="/console/verdicts")
KIND_ZH = {"优秀": "success", "良好": "success", "合格": "info", "不合格": "danger"}


@pages.get("/", permission=Permission.ASSESSMENT_READ)
def index() -> str:
    """Newest first."""
    session, actor = current.session(), current.actor()
    wanted = page_request(session.tenant_id, actor.person_id)
    found = take(
        session,
        queries.verdicts(),
        [Key(Verdict.signed_at, "signed_at", True), Key(Verdict.id, "id", True)],
        size=wanted.size,
        position=wanted.position,
    )
    return render_template(
        "verdicts/index.html", page=wanted.page(found), kind_zh=KIND_ZH, bands_note=BANDS_NOTE_ZH
    )


@pages.get("/sign/<uuid:application_id>", permission=Permission.REVIEW_DESK)
def sign(application_id: UUID) -> str:
    """What follows from the panel, and who may sign it."""
    return _page(application_id, Form(SignForm()))


@pages.post("/sign/<uuid:application_id>", permission=Permission.REVIEW_DESK)
def propose(application_id: UUID) -> Response | tuple[str, int]:
    """Ask another officer to sign."""
    form = Form(SignForm())
    data = form.load(request.form)
    if data is None:
        return _page(application_id, form), 422
    try:
        service.propose(
            current.session(), current.actor(), application_id, data["reason"], data["statement_zh"]
        )
    except Invalid as error:
        form.add_errors(error.fields)
        return _page(application_id, form), 422
    tell(_("已提请签发，等待另一位人员签发。"))
    return redirect(url_for("verdicts.sign", application_id=application_id))


def _page(application_id: UUID, form: Form) -> str:
    session, actor = current.session(), current.actor()
    row = reviews.application(session, application_id)
    changes = approvals.about(session, OBJECT, str(row.id))
    return render_template(
        "verdicts/sign.html",
        row=row,
        form=form,
        changes=changes,
        pending=next((c for c in changes if c.state == "pending"), None),
        verdict=queries.of_assessment(session, row.assessment_id),
        signable=row.state == Stage.SIGNING,
        signers=[n for n in people.holders(session, Permission.VERDICT_SIGN) if n != actor.name],
        left=left(session, row),
        tabs=tabs(row, "verdicts.sign"),
        conclusion_kind=KIND_ZH,
        **WORDS,
    )
