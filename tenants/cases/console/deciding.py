"""A decision in two looks: fill in, read once more, then it is final; afterwards the next case opens."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kernel.errors import Invalid
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.forms import Form
from kernel.web.notices import tell
from tenants.cases import queries, service
from tenants.cases.console.faces import pages
from tenants.cases.console.showing import facts
from tenants.cases.errors import NotTakenByYou, WrongState
from tenants.cases.models import CaseState, ServiceCase
from tenants.cases.policy.rules import WITHDRAWAL
from tenants.cases.policy.states import STATE_ZH
from tenants.cases.schemas import DecisionIn

Answer = str | Response | tuple[str, int]


@pages.get("/<uuid:case_id>/decision", permission=Permission.CASE_DECIDE)
def decision(case_id: UUID) -> str:
    """The form of a decision."""
    case = reviewable(case_id)
    wanted = request.args.get("verdict", "")
    return _page(case, Form(DecisionIn(), {"verdict": wanted}))


@pages.post("/<uuid:case_id>/decision", permission=Permission.CASE_DECIDE)
def decide(case_id: UUID) -> Answer:
    """First the same words to read once more, then, with `confirmed`, the decision itself."""
    session, actor = current.session(), current.actor()
    case = reviewable(case_id)
    form = Form(DecisionIn())
    data = form.load(request.form)
    if data is not None and data["verdict"] == "refuse" and len(data["words"].strip()) < 5:
        form.add_errors({"words": [_("请写明不予通过的原因和依据，申请人会看到。")]})
        data = None
    if data is None:
        return _page(case, form), 422
    if request.form.get("back"):
        return _page(case, form)
    if request.form.get("confirmed") != "1":
        return _page(case, form, confirming=True)
    try:
        service.decide(session, actor, case_id, data["verdict"], data["words"])
    except Invalid as error:
        form.add_errors(error.fields)
        return _page(case, form), 422
    word = _("审核通过") if data["verdict"] == "approve" else _("审核未通过")
    return onward(case_id, _("办件 %(number)s 已作出决定：%(word)s。", number=case.number, word=word))


def reviewable(case_id: UUID) -> ServiceCase:
    """A case that this clerk has taken. Raises CaseNotFound, WrongState, NotTakenByYou."""
    actor = current.actor()
    case = queries.clerk_case(current.session(), actor, case_id)
    if case.state != CaseState.IN_REVIEW:
        raise WrongState(STATE_ZH[case.state])
    if case.taken_person_id != actor.person_id:
        raise NotTakenByYou
    return case


def onward(case_id: UUID, done: str) -> Response:
    """Say what was done and open the next case, or the list when nothing waits."""
    following = queries.next_of_desk(current.session(), current.actor(), case_id)
    if following is None:
        tell(_("%(done)s没有其他待办的办件。", done=done))
        return redirect(url_for("cases.index"))
    tell(_("%(done)s已为您打开下一件。", done=done))
    return redirect(url_for("cases.show", case_id=following))


def _page(case: ServiceCase, form: Form, *, confirming: bool = False) -> str:
    session = current.session()
    verdict = str(form["verdict"].value)
    return render_template(
        "cases/decision.html",
        case=case,
        person=queries.opened(session, case),
        progress=queries.progress(session, case),
        facts=facts(case),
        form=form,
        form_lines=queries.form_lines(session, case),
        checks=queries.checks(session, case.id),
        confirming=confirming,
        approve=verdict == "approve",
        pays=case.business_kind == WITHDRAWAL,
    )
