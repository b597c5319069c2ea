"""Asking the applicant for more."""

from __future__ import annotations

from uuid import UUID

from flask import render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kernel.permissions import Permission
from kernel.web import current
from kernel.web.forms import Form
from tenants.cases import queries, service
from tenants.cases.console.deciding import onward, reviewable
from tenants.cases.console.faces import pages
from tenants.cases.console.showing import facts
from tenants.cases.models import ServiceCase
from tenants.cases.policy.clock import SUPPLEMENT_WORKING_DAYS
from tenants.cases.schemas import SupplementIn

Answer = str | Response | tuple[str, int]


@pages.get("/<uuid:case_id>/supplement", permission=Permission.CASE_DECIDE)
def supplement(case_id: UUID) -> str:
    """The form of a request for more."""
    return _page(reviewable(case_id), Form(SupplementIn()))


@pages.post("/<uuid:case_id>/supplement", permission=Permission.CASE_DECIDE)
def ask_supplement(case_id: UUID) -> Answer:
    """Send it to the applicant."""
    case = reviewable(case_id)
    form = Form(SupplementIn())
    data = form.load(request.form)
    if data is None:
        return _page(case, form), 422
    service.ask_supplement(current.session(), current.actor(), case_id, data["words"])
    return onward(case_id, _("已请申请人补正办件 %(number)s。", number=case.number))


def _page(case: ServiceCase, form: Form) -> str:
    session = current.session()
    return render_template(
        "cases/supplement.html",
        case=case,
        facts=facts(case),
        person=queries.opened(session, case),
        form=form,
        days=SUPPLEMENT_WORKING_DAYS,
    )
