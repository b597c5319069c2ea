"""Verbs of findings, on both sides."""

from acceptance.rectifications.service.answering import (
    answer,
    attach_to_answer,
    receive_opinion,
    receive_recheck,
    send_answers,
)
from acceptance.rectifications.service.findings import drop_finding, issue_opinion, write_finding
from acceptance.rectifications.service.rechecking import receive_answers, recheck

__all__ = [
    "answer", "attach_to_answer", "drop_finding", "issue_opinion", "receive_answers", "receive_opinion", "receive_recheck",
    "recheck", "send_answers", "write_finding",
]  # fmt: skip
