"""The verbs of work orders. People: open_by_citizen, reopen, rate_answer. Seats: open_for_caller, take, answer, hand_over, comment,
merge, close, look_up, reveal_contact. Under four eyes: LIMIT.
"""

from __future__ import annotations

from tenants.cases.ports import Party
from tenants.work_orders.service.answering import answer
from tenants.work_orders.service.closing import close, close_by_itself
from tenants.work_orders.service.finding import look_up
from tenants.work_orders.service.limiting import LIMIT
from tenants.work_orders.service.moving import comment, hand_over, merge, take
from tenants.work_orders.service.opening import open_by_citizen, open_for_caller, open_from_rating
from tenants.work_orders.service.returning import rate_answer, reopen
from tenants.work_orders.service.revealing import reveal_contact

__all__ = [
    "LIMIT",
    "Party",
    "answer",
    "close",
    "close_by_itself",
    "comment",
    "hand_over",
    "look_up",
    "merge",
    "open_by_citizen",
    "open_for_caller",
    "open_from_rating",
    "rate_answer",
    "reopen",
    "reveal_contact",
    "take",
]
