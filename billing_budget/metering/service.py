"""Computing what metered messages cost, again and again with the same fen."""

from __future__ import annotations

from datetime import date, timedelta

from billing_budget.metering import policy, queries
from billing_budget.metering.policy import DayCost, Ledger
from billing_budget.tariffs import queries as tariffs
from billing_budget.tariffs.policy import following_month
from kernel.db import TenantSession


def month(session: TenantSession, first: date) -> Ledger:
    """The month that begins on `first`, priced: two statements."""
    return policy.priced(
        queries.cells(session, first, following_month(first)), tariffs.in_month(session, first)
    )


def rebuild(session: TenantSession, day: date) -> DayCost:
    """That day from its rows and the days of its month before it. Any later day leaves it as it is."""
    first = day.replace(day=1)
    cells = queries.cells(session, first, day + timedelta(days=1))
    return policy.priced(cells, tariffs.in_month(session, first)).day(day)
