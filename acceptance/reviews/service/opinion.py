"""The panel's opinion: a discussion that is recorded, a wording, a signature or a dissent of each expert under it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from acceptance.assessments.models import Stage
from acceptance.reviews import queries
from acceptance.reviews.errors import AlreadySigned, NotYourSeat
from acceptance.reviews.models import OpinionSignature, ReviewApplication, SeatState
from acceptance.reviews.service.moving import OBJECT, at_stage, move
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.errors import Invalid
from kernel.identity.actor import Actor


def conclude_discussion(
    session: TenantSession, actor: Actor, application_id: UUID, text_zh: str
) -> ReviewApplication:
    """Record why the experts were apart and what they agreed on; the mean of their sheets stands. Raises WrongStage, Invalid."""
    if not text_zh.strip():
        raise Invalid(fields={"discussion_zh": ["请写明分歧和合议结果。"]})
    row = at_stage(session, application_id, Stage.DISCUSSION)
    row.discussion_zh = text_zh.strip()
    move(session, row, Stage.OPINION, actor.name, text_zh, message_zh="专家合议结束，正在形成验收意见。")
    session.audit("reviews.discussed", OBJECT, row.id, f"记录{row.name_zh}的专家合议")
    return row


def draft_opinion(
    session: TenantSession,
    actor: Actor,
    application_id: UUID,
    text_zh: str,
    vetoes: Sequence[tuple[str, str]] = (),
) -> ReviewApplication:
    """A wording of the opinion with confirmed vetoes (code, reason); earlier signatures no longer count. Raises WrongStage, Invalid."""
    row = at_stage(session, application_id, Stage.OPINION)
    content = queries.content(session, row)
    known = {veto["code"]: veto for veto in content["vetoes"]}
    if not text_zh.strip():
        raise Invalid(fields={"opinion_zh": ["请填写验收意见。"]})
    if any(code not in known or not reason.strip() for code, reason in vetoes):
        raise Invalid(fields={"vetoes": ["认定否决情形须写明理由。"]})
    panel = queries.closed_result(session, row.id, content["items"])
    if panel is None:
        raise Invalid(fields={"opinion_zh": ["还没有封存的评分。"]})
    row.vetoes = [
        {"code": code, "condition_zh": known[code]["condition_zh"], "reason_zh": reason.strip()}
        for code, reason in dict(vetoes).items()
    ]
    row.opinion_zh, row.opinion_number = text_zh.strip(), row.opinion_number + 1
    row.opinion_by_name, row.opinion_at = actor.name, clock.now()
    row.panel_total, row.conclusion_zh = panel.total, panel.conclusion(bool(row.vetoes))
    words = f"拟定{row.name_zh}的验收意见第 {row.opinion_number} 稿"
    session.audit("reviews.opinion_drafted", OBJECT, row.id, words, revision=row.opinion_number)
    return row


def sign_opinion(
    session: TenantSession, actor: Actor, application_id: UUID, *, agrees: bool, dissent_zh: str = ""
) -> OpinionSignature:
    """An expert signs the present wording, or dissents in words. Raises WrongStage, NotYourSeat, AlreadySigned, Invalid."""
    row = at_stage(session, application_id, Stage.OPINION)
    seat = queries.seat(session, row.id, actor.person_id)
    if seat.state != SeatState.CLOSED or not row.opinion_number:
        raise NotYourSeat
    if not agrees and not dissent_zh.strip():
        raise Invalid(fields={"dissent_zh": ["不同意的，请写明不同意见。"]})
    if seat.id in queries.signatures(session, row):
        raise AlreadySigned
    signature = OpinionSignature(
        seat_id=seat.id, draft_number=row.opinion_number, agrees=agrees, dissent_zh="" if agrees else dissent_zh.strip(),
        name_zh=actor.name, signed_at=clock.now(),
    )  # fmt: skip
    session.add(signature)
    session.flush()
    words = f"{'同意' if agrees else '不同意'}{row.name_zh}的验收意见"
    session.audit("reviews.opinion_signed", OBJECT, row.id, words, revision=row.opinion_number)
    return signature
