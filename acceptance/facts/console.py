"""Charts of facts with the table behind them: a centre's own, and the province's sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import render_template
from flask_babel import gettext as _

from acceptance.facts import policy, queries
from acceptance.facts.models import MEASURE_ZH, Measure
from kernel.calendar import clock
from kernel.permissions import Permission
from kernel.tenancy import tenants
from kernel.web import current
from kernel.web.blueprints import Pages
from tenants.channels.policy import CHANNEL_ZH

pages = Pages("facts", __name__, url_prefix="/console")


@pages.get("/facts", permission=Permission.DASHBOARD_READ, stale_ok=True)
def centre() -> str:
    """Thirteen months of this tenant by channel."""
    session = current.session()
    first, _end = policy.months_before(clock.today())
    rows = queries.monthly(session, first)
    months = sorted({row.month for row in rows})
    visits = {(r.month, r.channel): int(r.value) for r in rows if r.measure == Measure.VISITS}
    channels = [c for c in CHANNEL_ZH if any(key[1] == c for key in visits)]
    series = {CHANNEL_ZH[c]: [visits.get((month, c), 0) for month in months] for c in channels}
    return render_template(
        "facts/centre.html",
        months=[_month(m) for m in months],
        option=_stacked(months, series),
        columns=[_("月份"), *series],
        table=[[_month(m), *(values[i] for values in series.values())] for i, m in enumerate(months)],
        cards=_cards(rows, months),
        synthetic=any(row.origin == "synthetic" for row in rows),
        until=queries.last_day(session),
    )


@pages.get("/province/trends", permission=Permission.PROVINCE_OVERVIEW, stale_ok=True)
def province() -> str:
    """Sums that centres handed up; those without data say so."""
    session = current.session()
    first, _end = policy.months_before(clock.today())
    rows = queries.province_months(session, first)
    months = sorted({row.month for row in rows})
    known = {t.id: t for t in tenants.tree(session) if t.kind != "province" and not t.rehearsal}
    visits = {(r.subject_id, r.month): int(r.value) for r in rows if r.measure == Measure.VISITS}
    shown = [t for t in known.values() if any(key[0] == t.id for key in visits)]
    series = {t.short_name_zh: [visits.get((t.id, m), 0) for m in months] for t in shown}
    return render_template(
        "facts/province.html",
        option=_stacked(months, series),
        columns=[_("月份"), *series],
        table=[[_month(m), *(values[i] for values in series.values())] for i, m in enumerate(months)],
        shown=shown,
        missing=[t for t in known.values() if t not in shown],
        months=months,
    )


def _month(month: date) -> str:
    return f"{month:%Y-%m}"


def _cards(rows: Sequence[Any], months: Sequence[date]) -> list[dict[str, Any]]:
    """The last whole month against the one before it."""
    whole = [m for m in months if m < clock.today().replace(day=1)]
    if len(whole) < 2:
        return []
    last, before = whole[-1], whole[-2]
    cards = []
    for measure in Measure:
        sums = queries.totals(rows, measure)
        now, then = sums.get(last, 0), sums.get(before, 0)
        change = (
            _(
                "较上月 %(sign)s%(share).1f%%",
                sign="+" if now >= then else "−",
                share=abs(now - then) * 100 / then,
            )
            if then
            else ""
        )
        cards.append({"title": MEASURE_ZH[measure], "value": now, "change": change, "month": _month(last)})
    return cards


def _stacked(months: Sequence[date], series: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    return {
        "tooltip": {"trigger": "axis"},
        "legend": {"type": "scroll", "top": 0},
        "grid": {"left": 8, "right": 8, "bottom": 8, "top": 40, "containLabel": True},
        "xAxis": {"type": "category", "data": [_month(m) for m in months]},
        "yAxis": {"type": "value"},
        "series": [{"name": n, "type": "bar", "stack": "all", "data": list(v)} for n, v in series.items()],
    }
