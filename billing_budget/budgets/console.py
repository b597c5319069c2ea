"""The page of a centre's plan and the form that ends in a change request."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from billing_budget.budgets import policy, queries, service
from billing_budget.budgets.policy import LABELS, Plan
from billing_budget.budgets.schemas import PlanIn
from kernel.approvals import service as approvals
from kernel.approvals.queries import about
from kernel.calendar import clock
from kernel.errors import Invalid
from kernel.identity.queries import holders
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.blueprints import Pages
from kernel.web.forms import Form
from kernel.web.notices import tell

pages = Pages("budgets", __name__, url_prefix="/console/budget")


@pages.get("/", permission=Permission.BUDGET_READ)
def show() -> str:
    """This year's plan and how it came about."""
    session, year = current.session(), clock.today().year
    found = queries.revisions(session, year)
    facts = [(LABELS[n], word) for n, word in policy.words(Plan.of(found[0])).items()] if found else []
    return render_template(
        "budgets/show.html", year=year, facts=facts, revisions=found, words=policy.words, plan_of=Plan.of,
        changes=about(session, "spending_plan", str(year)), may=current.actor().may,
    )  # fmt: skip


@pages.get("/edit", permission=Permission.BUDGET_EDIT)
def edit() -> str:
    """Ask for another plan."""
    year = clock.today().year
    plan = Plan.of(queries.in_force(current.session(), year) or {})
    return render_template(
        "budgets/edit.html", form=Form(PlanIn(), values={"year": year, **plan.stored()}), year=year
    )


@pages.post("/preview", permission=Permission.BUDGET_EDIT)
def preview() -> str | tuple[str, int]:
    """The difference in words, before a reason is given."""
    form = Form(PlanIn())
    data = form.load(request.form)
    if data is not None:
        payload = {"year": data.pop("year"), "plan": data}
        try:
            return _propose_page(payload)
        except Invalid as error:
            form.add_errors(error.fields)
    return render_template("budgets/edit.html", form=form, year=clock.today().year), 422


@pages.post("/propose", permission=Permission.BUDGET_EDIT)
def propose() -> Response | str | tuple[str, int]:
    """Hand the plan over to somebody else."""
    try:
        payload = msgspec.json.decode(request.form.get("payload", ""), type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise Invalid(fields={"payload": ["页面内容不完整，请返回重新填写。"]}) from error
    try:
        change = approvals.propose(
            current.session(), current.actor(), service.PLAN.code, payload, request.form.get("reason", "")
        )
    except Invalid:
        return _propose_page(payload, error=_("请填写申请事由。")), 422
    tell(_("已提交审批：%(title)s", title=change.title_zh))
    return redirect(url_for("approvals.show", change_id=change.id))


def _propose_page(payload: dict[str, Any], error: str = "") -> str:
    difference = approvals.described(current.session(), service.PLAN, payload)
    names = [n for n in holders(current.session(), Permission.BUDGET_CHECK) if n != current.actor().name]
    return render_template(
        "budgets/propose.html", difference=difference, payload=msgspec.json.encode(payload).decode(), approvers=names,
        reason=request.form.get("reason", ""), error=error,
    )  # fmt: skip
