"""The limits: what holds, where it comes from; a centre's own ones go through a second person."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from kernel.approvals import service as approvals
from kernel.errors import Invalid, NotFound
from kernel.identity.queries import holders
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.forms import Form
from kernel.web.notices import tell
from tenants.work_orders import queries, service
from tenants.work_orders.console.faces import pages
from tenants.work_orders.policy.words import KIND_ZH
from tenants.work_orders.schemas import LimitIn

Answer = str | Response | tuple[str, int]


@pages.get("/limits", permission=Permission.WORK_ORDER_READ)
def limits() -> str:
    """Each kind with its limit."""
    return render_template(
        "work_orders/limits.html",
        limits=queries.limits(current.session()),
        kinds=KIND_ZH,
        may_edit=current.actor().may(Permission.SETTINGS_EDIT),
    )


@pages.get("/limits/<kind>", permission=Permission.SETTINGS_EDIT)
def limit(kind: str) -> str:
    """The form of one limit."""
    now = queries.limit_of(current.session(), _known(kind))
    return _form(kind, Form(LimitIn(), {"value": now.value, "unit": now.unit}))


@pages.post("/limits/<kind>", permission=Permission.SETTINGS_EDIT)
def describe_limit(kind: str) -> Answer:
    """What would change, before it is proposed."""
    form = Form(LimitIn())
    data = form.load(request.form)
    if data is None:
        return _form(_known(kind), form), 422
    return _proposal({"kind": _known(kind), "value": data["value"], "unit": data["unit"]})


@pages.post("/limits/<kind>/propose", permission=Permission.SETTINGS_EDIT)
def propose_limit(kind: str) -> Answer:
    """Hand the change over to somebody else."""
    form = Form(LimitIn())
    data = form.load(request.form)
    if data is None:
        return _form(_known(kind), form), 422
    payload = {"kind": _known(kind), "value": data["value"], "unit": data["unit"]}
    reason = request.form.get("reason", "")
    try:
        change = approvals.propose(current.session(), current.actor(), service.LIMIT.code, payload, reason)
    except Invalid:
        return _proposal(payload, error=_("请填写申请事由。")), 422
    tell(_("已提交审批：%(title)s", title=change.title_zh))
    return redirect(url_for("approvals.show", change_id=change.id))


def _known(kind: str) -> str:
    if kind not in KIND_ZH:
        raise NotFound
    return kind


def _form(kind: str, form: Form) -> str:
    return render_template("work_orders/limit.html", kind=kind, name=KIND_ZH[kind], form=form)


def _proposal(payload: dict[str, Any], error: str = "") -> str:
    session, actor = current.session(), current.actor()
    names = [name for name in holders(session, Permission.SETTINGS_CHECK) if name != actor.name]
    return render_template(
        "work_orders/propose.html",
        kind=payload["kind"],
        difference=approvals.described(session, service.LIMIT, payload),
        hidden={"value": payload["value"], "unit": payload["unit"]},
        approvers=names,
        reason=request.form.get("reason", ""),
        error=error,
    )
