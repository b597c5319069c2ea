"""Questions, suggestions and complaints on the phone: write, follow, rate the answer, ask once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from kernel.errors import DomainError, Invalid
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.notices import tell
from kernel.web.paging import page_request
from kernel.web.words import _
from shared_channels.accounts.entering import enter_citizen
from shared_channels.mobile.console.applying import party_of
from shared_channels.mobile.console.face import framed, pages
from tenants.work_orders import queries, service
from tenants.work_orders.policy.words import GRADE_ZH, KIND_ZH, OFFERED_KINDS


@pages.get("/orders", permission=Permission.PUBLIC)
def orders(centre_code: str) -> str:
    """One's own questions and complaints."""
    citizen = enter_citizen(centre_code)
    centre = current.tenant()
    asked = page_request(centre.id, citizen.account_id)
    found = queries.list_mine(current.session(), citizen.account_id, size=asked.size, position=asked.position)
    return render_template("mobile/orders.html", page=asked.page(found), **framed(centre, "mine", _mine()))


@pages.get("/orders/new", permission=Permission.PUBLIC)
def ask_form(centre_code: str) -> str:
    """The form; a case may be named in the address."""
    enter_citizen(centre_code)
    return _form({}, request.args.get("case", ""))


@pages.post("/orders", permission=Permission.PUBLIC)
def ask(centre_code: str) -> Response:
    """Send it."""
    citizen = enter_citizen(centre_code)
    case = request.form.get("case", "")
    try:
        opened = service.open_by_citizen(
            current.session(),
            party_of(citizen),
            request.form.get("kind", ""),
            request.form.get("text", ""),
            case_id=UUID(case) if case else None,
        )
    except ValueError:
        return make_response(_form({"case": [_("办件编号不完整，请从办件页面重新进入。")]}, ""), 422)
    except Invalid as wrong:
        return make_response(_form(wrong.fields, case), 422)
    tell(_("已收到，工单编号 %(number)s。我们会在期限内答复。", number=opened.number))
    return redirect(url_for("h5.order", centre_code=centre_code, order_id=opened.id), 303)


@pages.get("/orders/<uuid:order_id>", permission=Permission.PUBLIC)
def order(centre_code: str, order_id: UUID) -> str:
    """One of them with its answers."""
    citizen = enter_citizen(centre_code)
    return _one(citizen.account_id, order_id)


@pages.post("/orders/<uuid:order_id>/rate", permission=Permission.PUBLIC)
def rate_order(centre_code: str, order_id: UUID) -> Response:
    """How the answer was."""
    citizen = enter_citizen(centre_code)
    grade, words = request.form.get("grade", ""), request.form.get("words", "")
    try:
        service.rate_answer(current.session(), party_of(citizen), order_id, grade, words)
    except DomainError as refused:
        return make_response(_one(citizen.account_id, order_id, _sentences(refused)), refused.status)
    tell(_("感谢您的评价。"))
    return redirect(url_for("h5.order", centre_code=centre_code, order_id=order_id), 303)


@pages.post("/orders/<uuid:order_id>/reopen", permission=Permission.PUBLIC)
def reopen_order(centre_code: str, order_id: UUID) -> Response:
    """Ask for it to be looked at again, once."""
    citizen = enter_citizen(centre_code)
    try:
        service.reopen(current.session(), party_of(citizen), order_id, request.form.get("words", ""))
    except DomainError as refused:
        return make_response(_one(citizen.account_id, order_id, _sentences(refused)), refused.status)
    tell(_("已申请重新处理。"))
    return redirect(url_for("h5.order", centre_code=centre_code, order_id=order_id), 303)


def _sentences(refused: DomainError) -> list[str]:
    if isinstance(refused, Invalid) and refused.fields:
        return [text for texts in refused.fields.values() for text in texts]
    return [_(refused.message_zh) + _(refused.hint_zh)]


def _mine() -> str:
    return url_for("h5.mine", centre_code=current.tenant().code)


def _form(wrong: Mapping[str, Sequence[str]], case: str) -> str:
    centre = current.tenant()
    return render_template(
        "mobile/order_new.html",
        kinds=[(kind, KIND_ZH[kind]) for kind in OFFERED_KINDS],
        kind=request.form.get("kind", ""),
        text=request.form.get("text", ""),
        case=case,
        wrong=wrong,
        **framed(centre, "mine", url_for("h5.orders", centre_code=centre.code)),
    )


def _one(account_id: UUID, order_id: UUID, faults: Sequence[str] = ()) -> str:
    centre = current.tenant()
    return render_template(
        "mobile/order.html",
        mine=queries.one_mine(current.session(), account_id, order_id),
        grades=GRADE_ZH,
        faults=faults,
        **framed(centre, "mine", url_for("h5.orders", centre_code=centre.code)),
    )
