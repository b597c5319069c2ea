"""Verbs of the province and of its experts."""

from acceptance.reviews.service.desk import accept, send_back
from acceptance.reviews.service.following import follow_stage, receive_application
from acceptance.reviews.service.moving import move
from acceptance.reviews.service.opinion import conclude_discussion, draft_opinion, sign_opinion
from acceptance.reviews.service.panel import appoint, bar, recuse
from acceptance.reviews.service.scoring import close_sheet, score

__all__ = [
    "accept", "appoint", "bar", "close_sheet", "conclude_discussion", "draft_opinion", "follow_stage", "move",
    "receive_application", "recuse", "score", "send_back", "sign_opinion",
]  # fmt: skip
