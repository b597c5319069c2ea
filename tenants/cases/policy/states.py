"""The states of a case and the arrows between them. Whatever is not here does not happen."""

from __future__ import annotations

from collections.abc import Mapping

from tenants.cases.models import CaseState as S

MOVES: Mapping[str, frozenset[str]] = {
    S.DRAFT: frozenset({S.SUBMITTED, S.WITHDRAWN, S.EXPIRED}),
    S.SUBMITTED: frozenset({S.CHECKING, S.WITHDRAWN}),
    S.CHECKING: frozenset({S.IN_REVIEW, S.APPROVED, S.WITHDRAWN}),
    S.IN_REVIEW: frozenset({S.SUPPLEMENT, S.APPROVED, S.REFUSED, S.WITHDRAWN}),
    S.SUPPLEMENT: frozenset({S.SUBMITTED, S.WITHDRAWN, S.EXPIRED}),
    S.APPROVED: frozenset({S.PAID, S.PAYOUT_FAILED, S.CLOSED}),
    S.PAYOUT_FAILED: frozenset({S.APPROVED, S.CLOSED}),
    S.REFUSED: frozenset({S.CLOSED}),
    S.PAID: frozenset({S.CLOSED}),
    S.CLOSED: frozenset(),
    S.WITHDRAWN: frozenset(),
    S.EXPIRED: frozenset(),
}
IN_FLIGHT = (S.DRAFT, S.SUBMITTED, S.CHECKING, S.IN_REVIEW, S.SUPPLEMENT, S.APPROVED, S.PAYOUT_FAILED)
"""A person has one case of an item in these states."""
EDITABLE = (S.DRAFT, S.SUPPLEMENT)
WITHDRAWABLE = (S.DRAFT, S.SUBMITTED, S.CHECKING, S.IN_REVIEW, S.SUPPLEMENT)
CLOCK_RUNS = (S.SUBMITTED, S.CHECKING, S.IN_REVIEW)
DESK = (S.IN_REVIEW, S.PAYOUT_FAILED)
"""What waits for a clerk."""

STATE_ZH: Mapping[str, str] = {
    S.DRAFT: "草稿",
    S.SUBMITTED: "已提交",
    S.CHECKING: "自动核验中",
    S.IN_REVIEW: "待审核",
    S.SUPPLEMENT: "待补正",
    S.APPROVED: "已通过",
    S.REFUSED: "未通过",
    S.PAID: "已到账",
    S.PAYOUT_FAILED: "划款未成功",
    S.CLOSED: "已办结",
    S.WITHDRAWN: "已撤回",
    S.EXPIRED: "已失效",
}
STATE_KIND: Mapping[str, str] = {
    S.DRAFT: "neutral",
    S.SUBMITTED: "waiting",
    S.CHECKING: "waiting",
    S.IN_REVIEW: "info",
    S.SUPPLEMENT: "warning",
    S.APPROVED: "success",
    S.REFUSED: "danger",
    S.PAID: "success",
    S.PAYOUT_FAILED: "danger",
    S.CLOSED: "neutral",
    S.WITHDRAWN: "neutral",
    S.EXPIRED: "neutral",
}
"""The badge of each state."""


def may_move(start: str, end: str) -> bool:
    """Whether a case may go from one state to the other."""
    return end in MOVES[start]
