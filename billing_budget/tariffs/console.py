"""Pages of tariffs: what is paid now, what comes, and the province's form that ends in a change request."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from billing_budget.tariffs import policy, queries, service
from billing_budget.tariffs.models import SmsTariff
from billing_budget.tariffs.policy import BASIS_ZH, Basis, carrier_zh, following_month
from billing_budget.tariffs.schemas import TariffIn, payload_of, values_of
from kernel.approvals import service as approvals
from kernel.calendar import clock
from kernel.errors import Invalid
from kernel.identity.queries import holders
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.blueprints import Pages
from kernel.web.forms import Choice, Form
from kernel.web.notices import tell

pages = Pages("tariffs", __name__, url_prefix="/console/tariffs")
MONTHS_OFFERED = 13


@pages.get("/", permission=Permission.STATEMENT_READ)
def index() -> str:
    """What a segment costs by carrier, now and later, with history."""
    rows = queries.revisions(current.session())
    month = clock.today().replace(day=1)
    numbers = {code: tariff.number for code, tariff in queries.among(rows, month).items()}
    return render_template(
        "tariffs/index.html", rows=rows, words=_words, mark=lambda row: _mark(row, numbers), month=month,
        may_edit=current.actor().may(Permission.TARIFF_EDIT),
    )  # fmt: skip


@pages.get("/edit", permission=Permission.TARIFF_EDIT)
def edit() -> str:
    """Ask for another tariff of one carrier."""
    session = current.session()
    month = following_month(clock.today())
    known = queries.in_month(session, month)
    carrier = request.args.get("carrier", "")
    values = values_of(known[carrier]) if carrier in known else {}
    form = Form(TariffIn(), values={"month": f"{month:%Y-%m}", **values}, choices=_choices())
    return render_template("tariffs/edit.html", form=form)


@pages.post("/preview", permission=Permission.TARIFF_EDIT)
def preview() -> str | tuple[str, int]:
    """The difference in words, before a reason is given."""
    form = Form(TariffIn(), choices=_choices())
    data = form.load(request.form)
    if data is not None:
        try:
            return _propose_page(payload_of(data))
        except Invalid as error:
            form.add_errors(error.fields)
    return render_template("tariffs/edit.html", form=form), 422


@pages.post("/propose", permission=Permission.TARIFF_EDIT)
def propose() -> Response | str | tuple[str, int]:
    """Hand the tariff over to somebody else."""
    try:
        payload = msgspec.json.decode(request.form.get("payload", ""), type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise Invalid(fields={"payload": ["页面内容不完整，请返回重新填写。"]}) from error
    try:
        change = approvals.propose(
            current.session(), current.actor(), service.TARIFF.code, payload, request.form.get("reason", "")
        )
    except Invalid as error:
        if "reason" not in error.fields:
            raise
        return _propose_page(payload, error=_("请填写申请事由。")), 422
    tell(_("已提交审批：%(title)s", title=change.title_zh))
    return redirect(url_for("approvals.show", change_id=change.id))


def _propose_page(payload: dict[str, Any], error: str = "") -> str:
    difference = approvals.described(current.session(), service.TARIFF, payload)
    names = [n for n in holders(current.session(), Permission.TARIFF_CHECK) if n != current.actor().name]
    return render_template(
        "tariffs/propose.html", difference=difference, payload=msgspec.json.encode(payload).decode(), approvers=names,
        reason=request.form.get("reason", ""), error=error,
    )  # fmt: skip


def _choices() -> dict[str, list[Choice]]:
    month, found = clock.today().replace(day=1), []
    for _n in range(MONTHS_OFFERED):
        found.append((f"{month:%Y-%m}", f"{month.year} 年 {month.month} 月"))
        month = following_month(month)
    return {"month": found}


def _words(row: SmsTariff) -> tuple[str, str, str]:
    """Carrier, basis, price."""
    return carrier_zh(row.carrier), BASIS_ZH[Basis(row.basis)], policy.tiers_zh(policy.tiers_of(row.tiers))


def _mark(row: SmsTariff, numbers: dict[str, int]) -> tuple[str, str]:
    """Whether it holds this month, as word and kind of a badge."""
    if numbers.get(row.carrier) == row.number:
        return _("执行中"), "success"
    if row.valid_from > clock.today():
        return _("待执行"), "waiting"
    return _("已被替代"), "neutral"
