"""The verbs of cases. Applicants: start, save, attach, detach, submit, withdraw, rate.

Clerks: take, ask_supplement, decide, retry_payout, close, reveal_person.
"""

from __future__ import annotations

from tenants.cases.ports import Party
from tenants.cases.service.attaching import attach, detach
from tenants.cases.service.deciding import ask_supplement, decide, take
from tenants.cases.service.filling import save, submit, withdraw
from tenants.cases.service.paying import close, retry_payout
from tenants.cases.service.rating import rate
from tenants.cases.service.revealing import reveal_person
from tenants.cases.service.starting import start

__all__ = [
    "Party",
    "ask_supplement",
    "attach",
    "close",
    "decide",
    "detach",
    "rate",
    "retry_payout",
    "reveal_person",
    "save",
    "start",
    "submit",
    "take",
    "withdraw",
]
