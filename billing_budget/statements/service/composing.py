"""A month's statement: from its bytes when it was issued, computed now when it was not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from billing_budget.metering import policy as metering
from billing_budget.metering import queries as metered
from billing_budget.statements import policy, ports, queries
from billing_budget.statements.errors import MonthNotFound
from billing_budget.statements.policy import Payer, Statement
from billing_budget.tariffs import queries as tariffs
from billing_budget.tariffs.policy import following_month
from kernel.calendar import clock
from kernel.db import TenantSession

MONTHS_BACK = 13


@dataclass(frozen=True)
class Listed:
    """A month in the list."""

    month: str
    state: str
    segments: int
    amount_fen: int
    number: str = ""
    issued_at: datetime | None = None
    unpriced: int = 0


def compose(session: TenantSession, payer: Payer, first: date, number: str = "") -> Statement:
    """The month that begins on `first`, computed from metered messages: four statements."""
    end = following_month(first)
    book = tariffs.in_month(session, first)
    ledger = metering.priced(metered.cells(session, first, end), book)
    names = ports.template_names(session, {line.key.template for line in ledger.lines})
    ended = metered.outcomes(session, first, end)
    return policy.composed(payer, first, ledger, ended, book, names, clock.now().isoformat(), number)


def shown(session: TenantSession, payer: Payer, month: str) -> tuple[Statement, bytes | None]:
    """The statement of a month, and its frozen bytes when it was issued. Raises MonthNotFound for no month or one to come."""
    first = policy.month_of(month)
    if first is None or first > clock.today():
        raise MonthNotFound
    kept = queries.issued(session, month)
    if kept is not None:
        return policy.thawed(kept.body), kept.body
    return compose(session, payer, first), None


def the_months(session: TenantSession) -> Sequence[Listed]:
    """Issued months, the running one, and past ones that wait to be issued; newest first. Four statements at most."""
    kept = {
        r.month: Listed(r.month, "issued", r.segments, r.amount_fen, r.number, r.issued_at)
        for r in queries.listed(session)
    }
    current = clock.today().replace(day=1)
    found = metered.first_day(session)
    first = max(found or current, _back(current)).replace(day=1)
    cells = metered.cells(session, first, following_month(current)) if found is not None else []
    rows = tariffs.revisions(session) if cells else []
    while first <= current:
        name = f"{first:%Y-%m}"
        inside = [c for c in cells if c.day.replace(day=1) == first]
        if name not in kept and (inside or first == current):
            ledger = metering.priced(inside, tariffs.among(rows, first))
            kept[name] = Listed(name, "open", ledger.segments, ledger.amount_fen, unpriced=ledger.unpriced)
        first = following_month(first)
    return [kept[name] for name in sorted(kept, reverse=True)]


def verify(session: TenantSession, payer: Payer, month: str) -> bool:
    """Whether an issued statement's lines, days and totals come out again from its metered messages.

    Raises MonthNotFound when it was not issued.
    """
    kept = queries.issued(session, month)
    first = policy.month_of(month)
    if kept is None or first is None:
        raise MonthNotFound
    stated = policy.thawed(kept.body)
    again = compose(session, payer, first, stated.number)
    same = ("lines", "days", "segments", "amount_fen", "messages", "outcomes", "tariffs")
    return all(_bare(getattr(stated, name)) == _bare(getattr(again, name)) for name in same)


def _bare(value: object) -> object:
    """Without names of templates, which may change."""
    if isinstance(value, tuple):
        return tuple(_bare(item) for item in value)
    if isinstance(value, policy.PricedLine):
        return (
            value.carrier,
            value.category,
            value.template,
            value.basis,
            value.price_milli_fen,
            value.segments,
            value.amount_fen,
        )
    return value


def _back(month: date) -> date:
    at = month.year * 12 + month.month - 1 - (MONTHS_BACK - 1)
    return date(at // 12, at % 12 + 1, 1)
