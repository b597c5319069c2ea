"""Desk review: the application is admitted to the panel or goes back with a list of what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from acceptance.assessments.models import Stage
from acceptance.reviews.models import ReviewApplication
from acceptance.reviews.service.moving import OBJECT, at_stage, move
from kernel.db import TenantSession
from kernel.errors import Invalid
from kernel.identity.actor import Actor


def accept(
    session: TenantSession, actor: Actor, application_id: UUID, note_zh: str = ""
) -> ReviewApplication:
    """On to the panel. Raises WrongStage."""
    row = at_stage(session, application_id, Stage.DESK)
    move(session, row, Stage.PANEL, actor.name, note_zh, message_zh="材料审核通过，等待专家评阅。")
    session.audit("reviews.accepted", OBJECT, row.id, f"{row.name_zh}的验收申请通过材料审核")
    return row


def send_back(
    session: TenantSession, actor: Actor, application_id: UUID, missing: Sequence[str]
) -> ReviewApplication:
    """Back to the centre with what is missing, one line each. Raises WrongStage, Invalid."""
    lines = [line.strip() for line in missing if line.strip()]
    if not lines:
        raise Invalid(fields={"missing": ["请逐条写明需要补充的内容。"]})
    row = at_stage(session, application_id, Stage.DESK)
    words = "\n".join(f"{number}．{line}" for number, line in enumerate(lines, 1))
    move(session, row, Stage.RETURNED, actor.name, message_zh=words)
    session.audit("reviews.sent_back", OBJECT, row.id, f"退回{row.name_zh}的验收申请", count=len(lines))
    return row
