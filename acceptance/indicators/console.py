"""Pages of indicators: the list of a body, one indicator down to the ledger's rows, the province's view of what was handed up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask import current_app, render_template, request, url_for
from flask_babel import gettext as _

from acceptance.facts import policy as facts_policy
from acceptance.facts import queries as facts
from acceptance.facts.models import DailyFact, FactCorrection, FactEvent
from acceptance.indicators import queries, service
from acceptance.indicators.errors import IndicatorNotFound
from acceptance.indicators.policy import CENTRES, PERCENT, REGISTRY, WINDOW_ZH, Group, Indicator
from acceptance.indicators.service import Result
from acceptance.standards import policy as standards
from kernel.calendar import clock
from kernel.errors import Invalid
from kernel.permissions import Permission
from kernel.tenancy import tenants
from kernel.web import current
from kernel.web.blueprints import PERMISSION, Pages
from kernel.web.keyset import Key, take
from kernel.web.paging import here, page_request
from tenants.channels.policy import CHANNEL_ZH

pages = Pages("indicators", __name__, url_prefix="/console")

FIRST_SHOWN = "online_item_share"
STATES = {
    "met": ("已达标", "success"),
    "unmet": ("未达标", "warning"),
    "missing": ("数据不足", "neutral"),
    "plain": ("无达标值", "info"),
    "alarm": ("须核查", "danger"),
    "clear": ("未发现", "success"),
}


@pages.get("/indicators", permission=Permission.DASHBOARD_READ, stale_ok=True)
def index() -> str:
    """Every indicator of this body by group, and what can't be computed yet."""
    session = current.session()
    results, standard = service.compute_all(session), service.standard_or_none(session)
    wanted = request.args.get("state", "")
    shown = [r for r in results if not wanted or _state(r) == wanted]
    counts = Counter(_state(r) for r in results)
    earned = [r for r in results if r.points is not None]
    return render_template(
        "indicators/index.html",
        groups=[(g, [r for r in shown if r.indicator.group is g]) for g in Group],
        counts=counts,
        total=len(results),
        wanted=wanted,
        tabs=[
            (_(word), here(state=name), wanted == name, counts[name])
            for name, (word, _tone) in STATES.items()
            if counts[name]
        ],
        measurable=[c for c in standard.checks if c.indicator] if standard else [],
        missing=service.missing_checks(standard) if standard and current.tenant().kind != "province" else [],
        covered=sum((r.check.points for r in earned if r.check), Decimal(0)),
        earned=sum((r.points for r in earned if r.points is not None), Decimal(0)),
        standard=standard,
        as_of=clock.now(),
        **_words(),
    )


@pages.get("/indicators/<code>", permission=Permission.DASHBOARD_READ, stale_ok=True)
def show(code: str) -> str:
    """One indicator: its rule, its number, the days of its window."""
    session, actor = current.session(), current.actor()
    result = service.compute(session, code)
    kinds, span = result.indicator.kinds, result.span
    page, values = None, {}
    corrections: Sequence[FactCorrection] = ()
    if kinds:
        wanted = page_request(actor.tenant_id, actor.person_id)
        found = take(
            session,
            facts.by_day(kinds, span.first, span.last),
            (Key(DailyFact.day, "day", descending=True),),
            size=wanted.size,
            position=wanted.position,
        )
        page = wanted.page(found)
        values = facts.day_values(session, kinds, [row.day for row in found.rows])
        corrections = facts.corrections(session, kinds, span.first, span.last)
    return render_template(
        "indicators/show.html",
        result=result,
        page=page,
        values=values,
        corrections=corrections,
        rows_at=_address(result.indicator),
        **_words(),
    )


@pages.get("/indicators/<code>/ledger", permission=Permission.DASHBOARD_READ, stale_ok=True)
def ledger(code: str) -> str:
    """One day of an indicator: its sums, the ledger's sums, and the ledger's rows. No row names a person."""
    session, actor = current.session(), current.actor()
    found = service.compute(session, code).indicator
    day = _day(request.args.get("day", ""))
    if not found.kinds:
        raise IndicatorNotFound
    wanted = page_request(actor.tenant_id, actor.person_id)
    rows = take(
        session,
        facts.ledger(found.kinds, day),
        (Key(FactEvent.id, "id"),),
        size=wanted.size,
        position=wanted.position,
    )
    return render_template(
        "indicators/ledger.html",
        found=found,
        day=day,
        page=wanted.page(rows),
        sums=_compared(
            found,
            facts.day_by_kind(session, found.kinds, day),
            facts.ledger_by_kind(session, found.kinds, day),
        ),
        corrections=facts.corrections(session, found.kinds, day, day),
        dims_of=_dims,
        **_words(),
    )


@pages.get("/province/indicators", permission=Permission.PROVINCE_OVERVIEW, stale_ok=True)
def province() -> str:
    """One indicator over all bodies, by code and never ranked: what each handed up, and who handed nothing up."""
    session = current.session()
    choices = [(i.code, i.name_zh) for i in REGISTRY.values() if set(CENTRES) & set(i.places)]
    code = request.args.get("indicator", FIRST_SHOWN)
    code = code if code in dict(choices) else FIRST_SHOWN
    held = queries.handed_up(session, code)
    bodies = [t for t in tenants.tree(session) if t.kind != "province" and not t.rehearsal]
    return render_template(
        "indicators/province.html",
        found=REGISTRY[code],
        code=code,
        choices=choices,
        rows=[(t, held[t.id]) for t in bodies if t.id in held],
        missing=[t for t in bodies if t.id not in held],
        as_of=clock.now(),
        **_words(),
    )


def _state(result: Result) -> str:
    if result.value is None:
        return "missing"
    if result.veto:
        return "alarm" if result.alarming else "clear"
    if result.met is None:
        return "plain"
    return "met" if result.met else "unmet"


def _compared(
    found: Indicator, rolled: Sequence[Any], ledger_rows: dict[str, tuple[int, int]]
) -> list[dict[str, Any]]:
    """Each kind's sum in the roll-up against its ledger; what is synthetic has no ledger."""
    sums: dict[tuple[str, str], int] = {(r.measure, r.origin): int(r.value) for r in rolled}
    return [
        {
            "kind": facts_policy.KINDS[kind].name_zh,
            "event": sums.get((kind, "event"), 0),
            "synthetic": sums.get((kind, "synthetic"), 0),
            "ledger": ledger_rows.get(kind, (0, 0))[0],
            "rows": ledger_rows.get(kind, (0, 0))[1],
        }
        for kind in found.kinds
    ]


def _dims(row: FactEvent) -> str:
    words = [CHANNEL_ZH.get(row.channel, row.channel)] if row.channel else []
    words += [f"{name}：{value}" for name, value in facts_policy.words_of(row.dims)]
    return "，".join(words) or "—"


def _address(found: Indicator) -> str:
    """The page with the live rows behind an indicator, for whoever may open it."""
    view = current_app.view_functions.get(found.rows_at)
    if view is None or getattr(view, PERMISSION, None) not in current.actor().permissions:
        return ""
    return url_for(found.rows_at)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(fields={"day": [_("请填写日期，例如 2026-11-23。")]}) from error


def amount_zh(amount: Decimal, unit_zh: str) -> str:
    """A result as people read it: 96.5%, 3 个月."""
    text = f"{amount.normalize():,f}"
    return f"{text}%" if unit_zh == PERCENT else f"{text} {unit_zh}"


def _words() -> dict[str, Any]:
    return {
        "amount_zh": amount_zh,
        "clause_zh": standards.clause_zh,
        "plain": standards.plain,
        "window_zh": WINDOW_ZH,
        "kind_zh": {code: kind.name_zh for code, kind in facts_policy.KINDS.items()},
        "state_of": _state,
        "states": STATES,
        "measured_zh": standards.MEASURED_BY_ZH,
    }
