"""Default tariffs of a new province, labelled as ours."""

from __future__ import annotations

from billing_budget.tariffs import queries
from billing_budget.tariffs.models import SmsTariff
from billing_budget.tariffs.policy import DEFAULT_NOTE_ZH, DEFAULTS
from kernel.calendar import clock
from kernel.db import TenantSession


def seed_tariffs(session: TenantSession) -> int:
    """Give each default carrier that has none a tariff from this January on, in the province's tenant.

    Returns rows written; the caller audits when there are some.
    """
    month = clock.today().replace(month=1, day=1)
    written = 0
    had = {row.carrier for row in queries.revisions(session)}
    for carrier, basis, tiers in DEFAULTS:
        if carrier not in had:
            session.add(
                SmsTariff(
                    carrier=carrier,
                    number=1,
                    basis=basis,
                    valid_from=month,
                    note_zh=DEFAULT_NOTE_ZH,
                    origin="default",
                    tiers=[vars(tier) for tier in tiers],
                    published_at=clock.now(),
                )  # fmt: skip
            )
            written += 1
    session.flush()
    return written
