"""The answer: templates fill the text without losing what was typed; what is sent is final for its round."""

from __future__ import annotations

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from kernel.errors import Conflict, Invalid
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.forms import Form
from kernel.web.notices import tell
from tenants.work_orders import queries, service
from tenants.work_orders.console.faces import pages
from tenants.work_orders.console.showing import head
from tenants.work_orders.errors import NotTakenByYou, WrongState
from tenants.work_orders.models import WorkOrder, WorkOrderState
from tenants.work_orders.policy.limits import templates
from tenants.work_orders.policy.states import STATE_ZH
from tenants.work_orders.schemas import AnswerIn

Answer = str | Response | tuple[str, int]


@pages.get("/<uuid:order_id>/answer", permission=Permission.WORK_ORDER_ANSWER)
def answer(order_id: UUID) -> str:
    """The form of the answer."""
    order = _answerable(order_id)
    return _page(order, Form(AnswerIn(), {"version": order.version}))


@pages.post("/<uuid:order_id>/answer", permission=Permission.WORK_ORDER_ANSWER)
def send_answer(order_id: UUID) -> Answer:
    """Use a template (`use`), or send the answer."""
    session, actor = current.session(), current.actor()
    if request.form.get("use"):
        return _with_template(_answerable(order_id))
    order = queries.staff_order(session, actor, order_id)
    form = Form(AnswerIn())
    data = form.load(request.form)
    if data is None:
        return _page(order, form), 422
    try:
        service.answer(session, actor, order_id, data["version"], data["text"])
    except Invalid as error:
        form.add_errors(error.fields)
        return _page(order, form), 422
    except Conflict as error:  # somebody was first: what was typed stays on the page to be copied
        form.general_errors.append(f"{error.message_zh}{error.hint_zh}")
        return _page(order, form), 409
    tell(_("工单 %(number)s 已答复，反映人会收到提醒。", number=order.number))
    return redirect(url_for("work_orders.show", order_id=order_id))


def _answerable(order_id: UUID) -> WorkOrder:
    """A work order that this seat has taken. Raises WorkOrderNotFound, WrongState, NotTakenByYou."""
    actor = current.actor()
    order = queries.staff_order(current.session(), actor, order_id)
    if order.state != WorkOrderState.TAKEN:
        raise WrongState(STATE_ZH[order.state])
    if order.taken_person_id != actor.person_id:
        raise NotTakenByYou
    return order


def _with_template(order: WorkOrder) -> str:
    body = next((one.body_zh for one in templates() if one.code == request.form["use"]), "")
    typed = request.form.get("text", "").strip()
    form = Form(AnswerIn())
    shown = MultiDict(request.form)
    shown["text"] = "\n".join(part for part in (typed, body) if part)
    form["text"].value, form["version"].value = shown["text"], shown.get("version", "")
    return _page(order, form)


def _page(order: WorkOrder, form: Form) -> str:
    session = current.session()
    return render_template(
        "work_orders/answer.html",
        order=order,
        head=head(order),
        opened=queries.opened(session, order),
        earlier=queries.answers(session, order.id),
        form=form,
        templates=templates(),
    )
