"""States of a segment by rank. A report moves a segment to a higher rank only, so order and repetition do not matter."""

from __future__ import annotations

from shared_channels.sms.carriers.ports import ReportState

FINAL = 9
"""Delivered or not: nothing changes it."""

WRITTEN, TAKEN, ENROUTE = 1, 2, 3

# Accepted on the phone's behalf, on its way, not known: none of them is an end (sms_protocols: ACCEPTD and UNKNOWN are no success).
_OPEN = {ReportState.ACCEPTED: "enroute", ReportState.ENROUTE: "enroute", ReportState.UNKNOWN: "enroute"}


def state_and_rank(state: ReportState) -> tuple[str, int]:
    """What a report makes of its segment."""
    if state.is_final:
        return str(state), FINAL
    return _OPEN[state], ENROUTE
