"""Short steps of one work order: take, hand over, remark, merge, close. Each carries the version that its page showed."""

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
from tenants.work_orders import queries, service
from tenants.work_orders.console.faces import pages, uuid_or_none
from tenants.work_orders.console.showing import head, page_of
from tenants.work_orders.errors import CannotMerge
from tenants.work_orders.models import WorkOrder
from tenants.work_orders.schemas import CommentIn, HandOverIn, MergeIn

Answer = str | Response | tuple[str, int]
DESK = "desk"
"""The choice that means: back to the centre's own desk."""


@pages.post("/<uuid:order_id>/take", permission=Permission.WORK_ORDER_ANSWER)
def take(order_id: UUID) -> Response:
    """Begin, or go on where a colleague began; the form of the answer opens."""
    service.take(current.session(), current.actor(), order_id, _version())
    tell(_("已受理，请核实后答复。"))
    return redirect(url_for("work_orders.answer", order_id=order_id))


@pages.post("/<uuid:order_id>/close", permission=Permission.WORK_ORDER_ANSWER)
def close(order_id: UUID) -> Response:
    """Close what is answered."""
    order = service.close(current.session(), current.actor(), order_id, _version())
    tell(_("工单 %(number)s 已办结。", number=order.number))
    return redirect(url_for("work_orders.show", order_id=order_id))


@pages.get("/<uuid:order_id>/hand-over", permission=Permission.WORK_ORDER_ANSWER)
def hand_over_form(order_id: UUID) -> str:
    """To which unit, and why."""
    order = queries.staff_order(current.session(), current.actor(), order_id)
    return _hand_over_page(order, Form(HandOverIn(), {"version": order.version}, choices=_choices(order)))


@pages.post("/<uuid:order_id>/hand-over", permission=Permission.WORK_ORDER_ANSWER)
def hand_over(order_id: UUID) -> Answer:
    """Hand it over; the clock goes on."""
    session, actor = current.session(), current.actor()
    order = queries.staff_order(session, actor, order_id)
    form = Form(HandOverIn(), choices=_choices(order))
    data = form.load(request.form)
    if data is None:
        return _hand_over_page(order, form), 422
    chosen = data["unit_id"]
    try:
        unit_id = None if chosen == DESK else _unit(chosen)
        service.hand_over(session, actor, order_id, data["version"], unit_id, data["words"])
    except Invalid as error:
        form.add_errors(error.fields)
        return _hand_over_page(order, form), 422
    tell(_("工单 %(number)s 已转交，答复时限不变。", number=order.number))
    return redirect(url_for("work_orders.index"))


@pages.post("/<uuid:order_id>/comment", permission=Permission.WORK_ORDER_ANSWER)
def comment(order_id: UUID) -> Answer:
    """A remark for colleagues."""
    session, actor = current.session(), current.actor()
    form = Form(CommentIn())
    data = form.load(request.form)
    if data is None:
        return page_of(queries.staff_order(session, actor, order_id), comment_form=form), 422
    try:
        service.comment(session, actor, order_id, data["version"], data["words"])
    except Invalid as error:
        form.add_errors(error.fields)
        return page_of(queries.staff_order(session, actor, order_id), comment_form=form), 422
    tell(_("备注已保存，反映人看不到。"))
    return redirect(url_for("work_orders.show", order_id=order_id))


@pages.post("/<uuid:order_id>/merge", permission=Permission.WORK_ORDER_ANSWER)
def merge(order_id: UUID) -> Answer:
    """End a double."""
    session, actor = current.session(), current.actor()
    order = queries.staff_order(session, actor, order_id)
    form = Form(MergeIn())
    data = form.load(request.form)
    if data is None:
        return page_of(order, merge_form=form), 422
    try:
        merged = service.merge(session, actor, order_id, data["version"], data["number"])
    except CannotMerge as error:
        form.add_errors({"number": [f"{error.message_zh}{error.hint_zh}"]})
        return page_of(order, merge_form=form), 422
    tell(_("已并入工单 %(number)s，请在那件工单上统一答复。", number=data["number"].strip()))
    return redirect(url_for("work_orders.show", order_id=merged.merged_into_id))


def _version() -> int:
    """The version that the page showed; one that no row has when it is missing."""
    return request.form.get("version", -1, type=int)


def _unit(chosen: str) -> UUID:
    found = uuid_or_none(chosen)
    if found is None:
        raise Invalid(fields={"unit_id": [_("请选择办理部门。")]})
    return found


def _choices(order: WorkOrder) -> dict[str, list[tuple[str, str]]]:
    units = [
        (code, name) for code, name in queries.unit_choices(current.session()) if code != str(order.unit_id)
    ]
    return {"unit_id": ([(DESK, _("中心工单台"))] if order.unit_id is not None else []) + units}


def _hand_over_page(order: WorkOrder, form: Form) -> str:
    return render_template("work_orders/hand_over.html", order=order, head=head(order), form=form)
