"""A carrier's report as a row of the ledger: ids and codes, no phone."""

from __future__ import annotations

from typing import Any

from shared_channels.sms.carriers.ports import Report
from shared_channels.sms.receipts.policy import state_and_rank

_CODE_LENGTH = 40


def row_of(report: Report, account: str) -> dict[str, Any]:
    """`account`: under which the carrier's ids are unique. The time is ours: carriers' clocks are their own."""
    state, rank = state_and_rank(report.state)
    return {
        "account": account,
        "carrier_id": "".join(each for each in report.carrier_id if each.isprintable()),
        "state": state,
        "rank": rank,
        "code": "".join(each for each in report.code if each.isprintable())[:_CODE_LENGTH],
        "done_at": report.received_at.isoformat(),
    }
