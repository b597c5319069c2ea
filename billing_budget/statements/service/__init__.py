"""Verbs: compute a month, issue it, hand it up, receive it, consolidate."""

from billing_budget.statements.service import receiving
from billing_budget.statements.service.composing import Listed, compose, shown, the_months, verify
from billing_budget.statements.service.consolidating import Consolidated, Part, consolidate
from billing_budget.statements.service.issuing import hand_up_running, issue, issue_due

__all__ = [
    "Consolidated",
    "Listed",
    "Part",
    "compose",
    "consolidate",
    "hand_up_running",
    "issue",
    "issue_due",
    "receiving",
    "shown",
    "the_months",
    "verify",
]
