"""One work order: what was written, by whom (masked), the answers, the history, what can be done now."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import make_response, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kernel.calendar import clock
from kernel.calendar.working_days import working_days
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.forms import Form
from tenants.work_orders import queries, service
from tenants.work_orders.console.faces import pages
from tenants.work_orders.models import WorkOrder, WorkOrderState
from tenants.work_orders.policy.limits import UNIT_ZH, days_left
from tenants.work_orders.policy.states import STATE_KIND, STATE_ZH, WAITING
from tenants.work_orders.policy.words import KIND_ZH, ORIGIN_ZH, SOURCE_ZH
from tenants.work_orders.schemas import CommentIn, MergeIn, RevealIn


@pages.get("/<uuid:order_id>", permission=Permission.WORK_ORDER_READ)
def show(order_id: UUID) -> str:
    """One work order as it stands."""
    return page_of(queries.staff_order(current.session(), current.actor(), order_id))


@pages.post("/<uuid:order_id>/reveal", permission=Permission.WORK_ORDER_ANSWER)
def reveal(order_id: UUID) -> Response:
    """The plain number, once: the log has the reason before this page is made, and nobody keeps the page."""
    session, actor = current.session(), current.actor()
    order = queries.staff_order(session, actor, order_id)
    form = Form(RevealIn())
    data = form.load(request.form)
    if data is None:
        return make_response(page_of(order, reveal_form=form), 422)
    plain = service.reveal_contact(session, actor, order_id, data["reason"])
    answer = make_response(page_of(order, plain=plain))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def page_of(
    order: WorkOrder,
    *,
    reveal_form: Form | None = None,
    comment_form: Form | None = None,
    merge_form: Form | None = None,
    plain: Any = (),
) -> str:
    """The page of a work order."""
    session, actor = current.session(), current.actor()
    shown = {"version": order.version}
    return render_template(
        "work_orders/show.html",
        order=order,
        opened=queries.opened(session, order),
        head=head(order),
        answers=queries.answers(session, order.id),
        history=[_entry(line) for line in queries.timeline(session, order.id)],
        case=queries.case_of(session, order),
        into=None if order.merged_into_id is None else queries.number_of(session, order.merged_into_id),
        plain=plain,
        reveal_form=reveal_form or Form(RevealIn()),
        comment_form=comment_form or Form(CommentIn(), shown),
        merge_form=merge_form or Form(MergeIn(), shown),
        seat=actor.may(Permission.WORK_ORDER_ANSWER),
        sees_cases=actor.may(Permission.CASE_READ),
        mine=order.taken_person_id == actor.person_id,
        waiting=order.state in WAITING,
        taken=order.state == WorkOrderState.TAKEN,
        answered=order.state == WorkOrderState.ANSWERED,
    )


def head(order: WorkOrder) -> dict[str, Any]:
    """The head that every page of a work order has."""
    session = current.session()
    units = dict(queries.unit_choices(session))
    days = None
    if order.state in WAITING:
        days = days_left(working_days(session), clock.today(), order.due_on, order.limit_unit)
    return {
        "kind_zh": KIND_ZH[order.kind],
        "state": (STATE_ZH[order.state], STATE_KIND[order.state]),
        "days": days,
        "working": order.limit_unit == "working_day",
        "limit_zh": f"{order.limit_value} {UNIT_ZH[order.limit_unit]}",
        "facts": [
            (_("工单编号"), order.number),
            (_("类别"), KIND_ZH[order.kind]),
            (_("来源"), f"{SOURCE_ZH.get(order.channel, order.channel)} · {ORIGIN_ZH[order.origin]}"),
            (_("办理部门"), units.get(str(order.unit_id), _("中心工单台"))),
            (_("办理人"), order.taken_name or "—"),
        ],
    }


def _entry(line: queries.StepLine) -> dict[str, Any]:
    return {"at": line.at, "who": line.who, "text": line.text, "kind": line.kind, "note": line.note}
