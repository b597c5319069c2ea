"""Following one's cases on the phone: list, one with its steps and receipts, rating; and the balance on the first page."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kernel.errors import Invalid
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.formats import moment, money
from kernel.web.notices import tell
from kernel.web.paging import page_request
from kernel.web.words import _
from shared_channels.accounts import queries as accounts
from shared_channels.accounts.entering import account_of_cookie, enter_as, enter_citizen, open_centre
from shared_channels.accounts.queries import SignedIn
from shared_channels.mobile.console.applying import party_of
from shared_channels.mobile.console.face import enter_as_visitor, framed, pages
from tenants.cases import queries, service
from tenants.cases.policy.states import EDITABLE, STATE_KIND, STATE_ZH, WITHDRAWABLE
from tenants.cases.policy.words import GRADE_ZH, PAYOUT_ZH
from tenants.cases.ports import notices
from tenants.core_system import service as core_system
from tenants.core_system.ports import PortFailed


@dataclass(frozen=True)
class Money:
    """The balance as the page shows it: a text, or why there is none."""

    text: str = ""
    as_of: str = ""
    label_zh: str = ""
    missing_zh: str = ""


@pages.get("/progress", permission=Permission.PUBLIC)
def progress(centre_code: str) -> str:
    """One's own cases; without a log-in it says how to get one."""
    centre = open_centre(centre_code)
    signed = account_of_cookie(centre)
    if signed is None:
        return render_template("mobile/progress.html", **enter_as_visitor(centre_code, "progress"))
    enter_as(centre, signed)
    session = current.session()
    asked = page_request(centre.id, signed.account_id)
    found = queries.own_cases(session, signed.account_id, size=asked.size, position=asked.position)
    return render_template(
        "mobile/cases.html",
        page=asked.page(found),
        progress_of=lambda case: queries.progress(session, case),
        state_zh=STATE_ZH,
        state_kind=STATE_KIND,
        **framed(centre, "progress"),
    )


@pages.get("/cases/<uuid:case_id>", permission=Permission.PUBLIC)
def case(centre_code: str, case_id: UUID) -> str:
    """One case: where it stands, what was compared, what was paid, what is still open."""
    citizen = enter_citizen(centre_code)
    return _case_page(citizen.account_id, case_id)


@pages.post("/cases/<uuid:case_id>/rate", permission=Permission.PUBLIC)
def rate(centre_code: str, case_id: UUID) -> Response:
    """Say how it was."""
    citizen = enter_citizen(centre_code)
    try:
        service.rate(
            current.session(),
            party_of(citizen),
            case_id,
            request.form.get("grade", ""),
            request.form.get("words", ""),
        )
    except Invalid as wrong:
        faults = [text for texts in wrong.fields.values() for text in texts]
        return make_response(_case_page(citizen.account_id, case_id, faults), 422)
    tell(_("感谢您的评价。"))
    return redirect(url_for("h5.case", centre_code=centre_code, case_id=case_id), 303)


def money_of(signed: SignedIn) -> Money | None:
    """The balance of the bound person in the entered centre; None for whoever is not bound."""
    session = current.session()
    bound = accounts.binding_of(session, signed.account_id)
    if bound is None:
        return None
    core = core_system.of(session)
    if core is None:
        return Money(missing_zh=_("未接入核心系统，余额请拨打12329或到服务网点查询。"))
    try:
        balance = core.balance(accounts.core_ref_of(session, bound))
    except PortFailed:
        return Money(label_zh=core.label_zh, missing_zh=_("核心系统暂时不能应答，请稍后再查。"))
    return Money(money(balance.fen), moment(balance.as_of), core.label_zh)


def _case_page(account_id: UUID, case_id: UUID, faults: list[str] | None = None) -> str:
    session, centre = current.session(), current.tenant()
    found = queries.own_case(session, account_id, case_id)
    rated = queries.rating(session, found.id)
    return render_template(
        "mobile/case.html",
        case=found,
        progress=queries.progress(session, found),
        lines=queries.form_lines(session, found),
        steps=queries.timeline(session, found.id, citizen=True),
        checks=queries.checks(session, found.id),
        notices=notices(session, found.id) or (),
        payout=PAYOUT_ZH[found.payout_state] if found.payout_state else None,
        reason=queries.reason_of(session, found),
        rating=rated,
        grades=GRADE_ZH,
        may_rate=rated is None and found.decision is not None and found.state != "approved",
        may_edit=found.state in EDITABLE,
        may_withdraw=found.state in WITHDRAWABLE,
        faults=faults or [],
        **framed(centre, "progress", url_for("h5.progress", centre_code=centre.code)),
    )
