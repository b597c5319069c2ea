"""Pages of statements: months, one month, the consolidated month, downloads of each."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from billing_budget.metering.models import OUTCOME_ZH
from billing_budget.statements import policy, queries, service
from billing_budget.statements.adapters import paper, words, workbook
from billing_budget.statements.errors import MonthNotFound
from billing_budget.statements.policy import Statement
from billing_budget.tariffs.policy import carrier_zh, tiers_of, tiers_zh
from kernel.calendar import clock
from kernel.permissions import Permission
from kernel.web import current
from kernel.web.blueprints import Pages
from kernel.web.notices import tell

pages = Pages("statements", __name__, url_prefix="/console/statements")
CONSOLIDATED = "consolidated"


@pages.get("/", permission=Permission.STATEMENT_READ)
def index() -> str:
    """The months of this body, newest first."""
    session = current.session()
    months = service.the_months(session)
    return render_template(
        "statements/index.html",
        months=months,
        place=queries.line(session),
        may_issue=_may_issue(),
        today=clock.today(),
        ended=_ended,
        words=words,
    )


@pages.get("/<month>", permission=Permission.STATEMENT_READ)
def show(month: str) -> str:
    """One month: what was sent, what it costs, line by line."""
    session = current.session()
    place = queries.line(session)
    statement, body = service.shown(session, place.payer, month)
    return render_template(
        "statements/show.html",
        s=statement,
        words=words,
        place=place,
        fingerprint=policy.digest(body).hex() if body is not None else "",
        option=_by_day(statement),
        days=[(d.day, d.messages, d.submitted, d.billable) for d in statement.days],
        outcomes=[(OUTCOME_ZH.get(code, code), n) for code, n in statement.outcomes.items()],  # type: ignore[call-overload]
        tariffs=_tariffs(statement),
        may_issue=body is None and _may_issue() and _ended(month),
        local=words.local,
    )


@pages.get("/<month>/export.<kind>", permission=Permission.STATEMENT_READ)
def export(month: str, kind: str) -> Response:
    """The same month for spreadsheets, on paper, or as its exact bytes."""
    session = current.session()
    statement, body = service.shown(session, queries.line(session).payer, month)
    name = f"sms-statement-{statement.payer.code}-{month}.{kind}"
    if kind == "xlsx":
        return _file(workbook.statement_book(statement), workbook.MEDIA, name)
    if kind == "pdf":
        return _file(paper.statement_paper(statement, body), paper.MEDIA, name)
    if kind == "json" and body is not None:
        return _file(body, "application/json", name)
    raise MonthNotFound


@pages.get("/<month>/consolidated", permission=Permission.STATEMENT_READ)
def consolidated(month: str) -> str:
    """This body's month and that of everyone below it, each with its state."""
    session = current.session()
    place = queries.line(session)
    whole = service.consolidate(session, month, place)
    return render_template(
        "statements/consolidated.html", whole=whole, words=words, place=place, carrier_zh=carrier_zh,
        option=_by_body(whole), bodies=[(p.tenant.name_zh, p.segments) for p in whole.parts if p.statement],
    )  # fmt: skip


@pages.get("/<month>/consolidated.<kind>", permission=Permission.STATEMENT_READ)
def export_consolidated(month: str, kind: str) -> Response:
    """The same for spreadsheets and on paper."""
    session = current.session()
    place = queries.line(session)
    whole = service.consolidate(session, month, place)
    name = f"sms-statement-{place.own.code}-{month}-{CONSOLIDATED}.{kind}"
    demo = place.payer.fictional
    if kind == "xlsx":
        return _file(workbook.consolidated_book(whole, place.own.name_zh, demo), workbook.MEDIA, name)
    if kind == "pdf":
        return _file(paper.consolidated_paper(whole, place.own.name_zh, demo), paper.MEDIA, name)
    raise MonthNotFound


@pages.post("/<month>/issue", permission=Permission.BUDGET_EDIT)
def issue(month: str) -> Answer:
    """Issue a month that is over and that the clock did not issue."""
    statement = service.issue(current.session(), current.actor(), month)
    tell(_("已出具 %(month)s 账单，编号 %(number)s。", month=words.month_zh(month), number=statement.number))
    return redirect(url_for("statements.show", month=month))


def _may_issue() -> bool:
    return current.actor().may(Permission.BUDGET_EDIT)


def _ended(month: str) -> bool:
    first = policy.month_of(month)
    return first is not None and policy.ended(first, clock.today())


def _file(body: bytes, media: str, name: str) -> Response:
    return Response(body, mimetype=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _tariffs(statement: Statement) -> list[tuple[str, str, str]]:
    """(carrier, price, since) of those that this statement used; another carrier stands for itself."""
    used = {line.carrier for line in statement.lines}
    known = {t.carrier for t in statement.tariffs}
    wanted = used & known | ({"other"} if used - known else set())
    return [
        (
            carrier_zh(t.carrier),
            tiers_zh(tiers_of([{"start": start, "price_milli_fen": price} for start, price in t.tiers])),
            _("平台默认值") if t.origin == "default" else _("%(month)s 起", month=t.valid_from[:7]),
        )
        for t in statement.tariffs
        if t.carrier in wanted
    ]


def _by_day(statement: Statement) -> dict[str, Any]:
    return _bars([d.day[8:] for d in statement.days], {_("计费条数"): [d.billable for d in statement.days]})


def _by_body(whole: service.Consolidated) -> dict[str, Any]:
    parts = [p for p in whole.parts if p.statement is not None]
    return _bars([p.tenant.short_name_zh for p in parts], {_("计费条数"): [p.segments for p in parts]})


def _bars(names: list[str], series: dict[str, list[int]]) -> dict[str, Any]:
    return {
        "tooltip": {"trigger": "axis"},
        "grid": {"left": 8, "right": 8, "bottom": 8, "top": 36, "containLabel": True},
        "xAxis": {"type": "category", "data": names},
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [{"name": n, "type": "bar", "barMaxWidth": 28, "data": v} for n, v in series.items()],
    }
