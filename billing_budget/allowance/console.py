"""The page of a month's allowance, and the form that changes how its cap works."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from billing_budget.allowance import queries, service
from billing_budget.allowance.policy import RULE_ZH, STATE_ZH, Month
from billing_budget.metering import queries as metering
from kernel.approvals import service as approvals
from kernel.approvals.queries import about
from kernel.calendar import clock
from kernel.errors import Invalid
from kernel.identity.queries import holders
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.blueprints import Pages
from kernel.web.notices import tell

pages = Pages("allowance", __name__, url_prefix="/console/allowance")


@pages.get("/", permission=Permission.BUDGET_READ)
def show() -> str:
    """This month: cap, used, reserved, left; each day; the months before it."""
    session = current.session()
    month = queries.month(session, f"{clock.today():%Y-%m}")
    days = metering.used_by_day(session, month.month)
    return render_template(
        "allowance/show.html", month=month, state=STATE_ZH[month.state], states=STATE_ZH, rule=RULE_ZH[month.hard],
        months=queries.months(session), days=[(d.day.isoformat(), int(d.submitted)) for d in days], option=_option(days),
        changes=about(session, "allowance_rule", "*"), may_edit=current.actor().may(Permission.BUDGET_EDIT),
        warnings=_warnings(month),
    )  # fmt: skip


@pages.get("/rule", permission=Permission.BUDGET_EDIT)
def rule() -> str:
    """What happens at the cap: the other way, with its difference."""
    return _rule_page()


@pages.post("/rule/propose", permission=Permission.BUDGET_EDIT)
def propose() -> Response | tuple[str, int]:
    """Hand the change over to somebody else."""
    payload = {"hard": request.form.get("hard") == "1"}
    try:
        change = approvals.propose(
            current.session(), current.actor(), service.RULE.code, payload, request.form.get("reason", "")
        )
    except Invalid:
        return _rule_page(error=_("请填写申请事由。")), 422
    tell(_("已提交审批：%(title)s", title=change.title_zh))
    return redirect(url_for("approvals.show", change_id=change.id))


def _rule_page(error: str = "") -> str:
    session = current.session()
    now = queries.rule(session)
    wanted = not (now.hard if now is not None else False)
    names = [n for n in holders(session, Permission.BUDGET_CHECK) if n != current.actor().name]
    return render_template(
        "allowance/rule.html", difference=approvals.described(session, service.RULE, {"hard": wanted}), wanted=wanted,
        approvers=names, reason=request.form.get("reason", ""), error=error,
    )  # fmt: skip


def _warnings(month: Month) -> list[tuple[str, str]]:
    """(kind, sentence) of what people must know now."""
    found = []
    if month.state == "full":
        text = _(
            "本月额度已用完，验证码和资金变动通知继续发送，其他短信停发。需要继续发送的，请申请调整额度。"
        )
        found.append(("danger", text))
    elif month.state == "over":
        text = _("本月已超过额度，短信继续发送。请核对用量，必要时申请调整额度。")
        found.append(("danger", text))
    elif month.state == "warn":
        text = _(
            "本月已用到额度的 %(percent)s%%，达到提醒线 %(line)s%%。",
            percent=month.percent,
            line=month.warn_percent,
        )
        found.append(("warning", text))
    if month.stopped:
        found.append(
            ("warning", _("本月有 %(count)s 次发送因额度用完没有受理。", count=f"{month.stopped:,}"))
        )
    return found


def _option(days: Any) -> dict[str, Any]:
    return {
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 8, "right": 8, "bottom": 8, "top": 36, "containLabel": True},
        "xAxis": {"type": "category", "data": [d.day.isoformat()[8:] for d in days]},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {
                "name": _("已用条数"),
                "type": "bar",
                "barMaxWidth": 28,
                "data": [int(d.submitted) for d in days],
            }
        ],
    }
