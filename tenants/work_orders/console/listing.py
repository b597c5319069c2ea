"""The desk: what waits, the nearest due first; filters stand in the address, a caller's number never does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _

from kernel.calendar import clock
from kernel.calendar.working_days import working_days
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.formats import percent
from kernel.web.forms import Form
from kernel.web.paging import page_request
from tenants.work_orders import queries, service
from tenants.work_orders.console.faces import pages, uuid_or_none
from tenants.work_orders.models import WorkOrder
from tenants.work_orders.policy.limits import days_left
from tenants.work_orders.policy.states import STATE_KIND, STATE_ZH, WAITING
from tenants.work_orders.policy.words import KIND_ZH, ORIGIN_ZH, SOURCE_ZH
from tenants.work_orders.schemas import FindIn

VIEWS = (
    ("desk", "待办"),
    ("mine", "我办理的"),
    ("overdue", "已超期"),
    ("answered", "已答复"),
    ("all", "全部工单"),
)
EXCERPT = 28


@pages.get("", permission=Permission.WORK_ORDER_READ)
def index() -> str:
    """Work orders that this seat may see, the nearest due first, and the month's share of answers in time."""
    session, actor = current.session(), current.actor()
    wanted = _filter()
    asked = page_request(session.tenant_id, actor.person_id)
    found, count = queries.work_list(session, actor, wanted, size=asked.size, position=asked.position)
    units, counts = queries.unit_choices(session), queries.work_counts(session, actor)
    limit = queries.unit_limit(session, actor)
    return render_template(
        "work_orders/index.html",
        page=asked.page(found, count=count),
        lines=lines(found.rows, dict(units)),
        views=_views(wanted, counts),
        filters=_filters(units if limit is None else ()),
        unit=dict(units).get(str(limit), ""),
        counts=counts,
        shares=_shares(limit),
        may=actor.may,
        find_form=Form(FindIn()),
    )


@pages.post("/find", permission=Permission.WORK_ORDER_ANSWER)
def find() -> str | tuple[str, int]:
    """Everything that one caller reported, by the whole number."""
    form = Form(FindIn())
    data = form.load(request.form)
    rows: Sequence[WorkOrder] = ()
    if data is not None:
        rows = service.look_up(current.session(), current.actor(), data["phone"])
    page = render_template(
        "work_orders/found.html",
        form=form,
        rows=rows,
        lines=lines(rows, dict(queries.unit_choices(current.session()))),
        asked=data is not None,
    )
    return page if data is not None else (page, 422)


def lines(rows: Sequence[WorkOrder], units: dict[str, str]) -> dict[Any, dict[str, Any]]:
    """What the table shows besides the row's own columns, by id."""
    session = current.session()
    days, today = working_days(session), clock.today()
    return {
        order.id: {
            "excerpt": _excerpt(queries.opened(session, order).text),
            "kind_zh": KIND_ZH[order.kind],
            "state": (STATE_ZH[order.state], STATE_KIND[order.state]),
            "channel_zh": SOURCE_ZH.get(order.channel, order.channel),
            "origin_zh": ORIGIN_ZH[order.origin],
            "unit": units.get(str(order.unit_id), _("中心工单台")),
            "days": days_left(days, today, order.due_on, order.limit_unit)
            if order.state in WAITING
            else None,
            "working": order.limit_unit == "working_day",
        }
        for order in rows
    }


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[:EXCERPT] + "…"


def _filter() -> queries.DeskFilter:
    given = request.args
    view, state, number = given.get("view", ""), given.get("state", ""), given.get("number", "").strip()[:20]
    narrowed = bool(state or number or given.get("kind") or given.get("channel") or given.get("unit"))
    return queries.DeskFilter(
        view=view if view in dict(VIEWS) else "all" if narrowed else "desk",
        state=state if state in STATE_ZH else "",
        kind=given.get("kind", ""),
        channel=given.get("channel", ""),
        number=number,
        unit_id=uuid_or_none(given.get("unit", "")),
    )


def _views(wanted: queries.DeskFilter, counts: dict[str, int]) -> list[tuple[str, str, bool]]:
    return [
        (
            f"{_(word)} {counts[code]}" if code in counts else _(word),
            url_for("work_orders.index", view=code),
            wanted.view == code and not wanted.state,
        )
        for code, word in VIEWS
        if code != "mine" or current.actor().may(Permission.WORK_ORDER_ANSWER)
    ]


def _filters(units: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    filters: list[dict[str, Any]] = [
        {"name": "number", "label": _("工单编号"), "kind": "text", "placeholder": _("编号或开头几位")},
        {"name": "kind", "label": _("类别"), "kind": "select", "choices": list(KIND_ZH.items())},
        {"name": "state", "label": _("状态"), "kind": "select", "choices": list(STATE_ZH.items())},
        {"name": "channel", "label": _("来源渠道"), "kind": "select", "choices": list(SOURCE_ZH.items())},
    ]
    if units:
        filters.append({"name": "unit", "label": _("办理部门"), "kind": "select", "choices": units})
    return filters


def _shares(limit: Any) -> list[tuple[str, str, str]]:
    """Title, share, what it is made of: of the team, and of the seat itself."""
    session, actor, month = current.session(), current.actor(), clock.today()
    team = queries.share_of_month(session, month, unit_id=limit)
    shown = [(_("本月按期答复率（本机构）") if limit is None else _("本月按期答复率（本部门）"), team)]
    if actor.may(Permission.WORK_ORDER_ANSWER):
        own = queries.share_of_month(session, month, person_id=actor.person_id)
        shown.append((_("本月按期答复率（本人）"), own))
    return [
        (
            title,
            _("暂无") if share.due == 0 else percent(share.on_time / share.due),
            _("到期 %(due)s 件，按期 %(on_time)s 件", due=share.due, on_time=share.on_time),
        )
        for title, share in shown
    ]
