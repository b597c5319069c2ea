"""The work list: what waits, the nearest due first; filters stand in the address."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext as _

from kernel.calendar import clock
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.paging import page_request
from tenants.cases import queries
from tenants.cases.console.faces import pages
from tenants.cases.models import CaseState
from tenants.cases.policy.states import STATE_KIND, STATE_ZH
from tenants.cases.policy.words import CHANNEL_ZH

VIEWS = (("desk", "待办"), ("mine", "我受理的"), ("overdue", "已超期"), ("all", "全部办件"))


@pages.get("", permission=Permission.CASE_READ)
def index() -> str:
    """Cases that this clerk may see, the nearest due first."""
    session, actor = current.session(), current.actor()
    wanted = _filter()
    asked = page_request(session.tenant_id, actor.person_id)
    found, count = queries.work_list(session, actor, wanted, size=asked.size, position=asked.position)
    limit = queries.unit_limit(session, actor)
    units = queries.unit_choices(session)
    return render_template(
        "cases/index.html",
        page=asked.page(found, count=count),
        rows={
            case.id: (queries.opened(session, case), queries.progress(session, case)) for case in found.rows
        },
        views=_views(wanted, queries.work_counts(session, actor)),
        filters=_filters(queries.item_choices(session), units if limit is None else ()),
        unit=next((name for unit_id, name in units if unit_id == str(limit)), ""),
        wanted=wanted,
        today=clock.today(),
        channels=CHANNEL_ZH,
    )


def _filter() -> queries.CaseFilter:
    given = request.args
    view = given.get("view", "")
    return queries.CaseFilter(
        view=view if view in dict(VIEWS) else "all" if given.get("state") or given.get("number") else "desk",
        state=given.get("state", ""),
        item_code=given.get("item", ""),
        number=given.get("number", "").strip()[:20],
        unit_id=_uuid(given.get("unit", "")),
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _views(wanted: queries.CaseFilter, counts: dict[str, int]) -> list[tuple[str, str, bool]]:
    shown = []
    for code, word in VIEWS:
        text = f"{_(word)} {counts[code]}" if code in counts else _(word)
        shown.append((text, url_for("cases.index", view=code), wanted.view == code and not wanted.state))
    return shown


def _filters(items: Any, units: Any) -> list[dict[str, Any]]:
    states = [(code, word) for code, word in STATE_ZH.items() if code != CaseState.DRAFT]
    filters: list[dict[str, Any]] = [
        {"name": "number", "label": _("办件编号"), "kind": "text", "placeholder": _("编号或开头几位")},
        {"name": "state", "label": _("状态"), "kind": "select", "choices": states},
        {"name": "item", "label": _("事项"), "kind": "select", "choices": items},
    ]
    if units:
        filters.append({"name": "unit", "label": _("管理部"), "kind": "select", "choices": units})
    return filters


def state_words(state: str) -> tuple[str, str]:
    """The state in words with its badge."""
    return STATE_ZH[state], STATE_KIND[state]
