"""Writing down what a caller says."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kernel.crypto.masks import MaskKind
from kernel.crypto.secret import Secret
from kernel.errors import Invalid
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.forms import Form
from kernel.web.notices import tell
from tenants.work_orders import queries, service
from tenants.work_orders.console.faces import pages, uuid_or_none
from tenants.work_orders.schemas import CallIn

Answer = str | Response | tuple[str, int]


@pages.get("/new", permission=Permission.WORK_ORDER_ANSWER)
def new() -> str:
    """The form for a call."""
    return _page(Form(CallIn(), {"channel": "hotline", "kind": "inquiry"}, choices=_choices()))


@pages.post("/new", permission=Permission.WORK_ORDER_ANSWER)
def register() -> Answer:
    """Write it down; the page of the work order opens."""
    session, actor = current.session(), current.actor()
    form = Form(CallIn(), choices=_choices())
    data = form.load(request.form)
    if data is None:
        return _page(form), 422
    try:
        order = service.open_for_caller(
            session,
            actor,
            data["kind"],
            data["text"],
            Secret(data["contact"], MaskKind.PHONE) if data["contact"] else None,
            name=Secret(data["name"].strip(), MaskKind.NAME) if data["name"].strip() else None,
            channel=data["channel"],
            unit_id=uuid_or_none(data["unit_id"]),
        )
    except Invalid as error:
        form.add_errors(error.fields)
        return _page(form), 422
    tell(_("已登记，工单编号 %(number)s，请告知来电人。", number=order.number))
    return redirect(url_for("work_orders.show", order_id=order.id))


def _choices() -> dict[str, list[tuple[str, str]]]:
    session = current.session()
    limit = queries.unit_limit(session, current.actor())
    units = queries.unit_choices(session)
    return {"unit_id": [one for one in units if limit is None or one[0] == str(limit)]}


def _page(form: Form) -> str:
    return render_template("work_orders/new.html", form=form, limits=queries.limits(current.session()))
