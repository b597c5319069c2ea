"""The states of a work order and the arrows between them. Handing over keeps the clock; reopening starts a new one, once."""

from __future__ import annotations

from collections.abc import Mapping

from tenants.work_orders.models import WorkOrderState as S

MOVES: Mapping[str, frozenset[str]] = {
    S.OPENED: frozenset({S.OPENED, S.TAKEN, S.MERGED}),
    S.TAKEN: frozenset({S.OPENED, S.TAKEN, S.ANSWERED, S.MERGED}),
    S.ANSWERED: frozenset({S.CLOSED, S.OPENED}),
    S.CLOSED: frozenset({S.OPENED}),
    S.MERGED: frozenset(),
}
WAITING = (S.OPENED, S.TAKEN)
"""The clock runs."""
ANSWERED = (S.ANSWERED, S.CLOSED)
"""The person has an answer."""

STATE_ZH: Mapping[str, str] = {
    S.OPENED: "待受理",
    S.TAKEN: "办理中",
    S.ANSWERED: "已答复",
    S.CLOSED: "已办结",
    S.MERGED: "已合并",
}
STATE_KIND: Mapping[str, str] = {
    S.OPENED: "waiting",
    S.TAKEN: "info",
    S.ANSWERED: "success",
    S.CLOSED: "neutral",
    S.MERGED: "neutral",
}
"""The badge of each state."""
REOPEN_DAYS = 30
"""Days after the answer in which the person may ask again (platform default)."""
CLOSE_DAYS = 7
"""Days after the answer when it closes by itself (platform default)."""


def may_move(start: str, end: str) -> bool:
    """Whether a work order may go from one state to the other."""
    return end in MOVES[start]
