"""Who sits: experts of the province, none with an interest. The database refuses them too."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from acceptance.assessments.models import Stage
from acceptance.reviews import queries
from acceptance.reviews.errors import (
    AlreadySeated,
    ExpertConflicted,
    NoExpert,
    NotYourSeat,
    SheetClosed,
    TooFewExperts,
)
from acceptance.reviews.models import PanelSeat, ReviewApplication, SeatState
from acceptance.reviews.policy import QUORUM
from acceptance.reviews.service.moving import OBJECT, at_stage, move
from acceptance.reviews.service.scoring import advance
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.errors import Invalid
from kernel.identity.actor import Actor
from kernel.permissions import Permission


def appoint(
    session: TenantSession, actor: Actor, application_id: UUID, person_ids: Sequence[UUID]
) -> ReviewApplication:
    """Give seats to experts; in a discussion it is a further expert, and the panel sits again.

    Raises WrongStage, NoExpert, ExpertConflicted, AlreadySeated, TooFewExperts.
    """
    row = at_stage(session, application_id, Stage.PANEL, Stage.DISCUSSION)
    listed = {expert.person_id: expert for expert in queries.experts(session, row.subject_id)}
    wanted = list(dict.fromkeys(person_ids))
    if not wanted or any(person not in listed for person in wanted):
        raise NoExpert
    if any(listed[person].barred_zh for person in wanted):
        raise ExpertConflicted
    taken = {seat.person_id: seat.state for seat in queries.seats(session, row.id)}
    if any(person in taken for person in wanted):
        raise AlreadySeated
    live = sum(state != SeatState.RECUSED for state in taken.values())
    if live + len(wanted) < QUORUM:
        raise TooFewExperts
    if row.state == Stage.DISCUSSION:
        move(session, row, Stage.PANEL, actor.name, "增加专家评阅", message_zh="专家组增加专家评阅。")
    names = "、".join(listed[person].name for person in wanted)
    for person in wanted:
        session.add(
            PanelSeat(
                application_id=row.id, person_id=person, subject_id=row.subject_id, tie="seat", state=SeatState.SEATED,
                name_zh=listed[person].name, set_by_name=actor.name, set_at=clock.now(),
            )
        )  # fmt: skip
    _flush_seats(session)
    session.audit("reviews.appointed", OBJECT, row.id, f"指派{names}评阅{row.name_zh}", count=len(wanted))
    return row


def recuse(
    session: TenantSession, actor: Actor, application_id: UUID, reason_zh: str, person_id: UUID | None = None
) -> PanelSeat:
    """An expert steps back, or the officer decides it for `person_id`, with a reason. What was scored so far no longer counts.

    Raises WrongStage, SheetClosed, NotYourSeat, Invalid.
    """
    if not reason_zh.strip():
        raise Invalid(fields={"reason_zh": ["请写明回避的原因。"]})
    row = at_stage(session, application_id, Stage.PANEL)
    whom = person_id or actor.person_id
    if whom != actor.person_id and not actor.may(Permission.REVIEW_DESK):
        raise NotYourSeat
    seat = queries.seat(session, row.id, whom)
    if seat.state == SeatState.CLOSED:
        raise SheetClosed
    seat.state, seat.reason_zh = SeatState.RECUSED, reason_zh.strip()
    seat.ended_at, seat.ended_by_name = clock.now(), actor.name
    session.flush()
    advance(session, row, actor.name)
    words = f"{seat.name_zh}回避{row.name_zh}的评阅"
    session.audit("reviews.recused", OBJECT, row.id, words, reference=str(seat.id))
    return seat


def bar(
    session: TenantSession, actor: Actor, person_id: UUID, name_zh: str, subject_id: UUID, reason_zh: str
) -> PanelSeat:
    """Note that a person has an interest in a body: no seat for it from now on. Raises Invalid, AlreadySeated while they sit."""
    if not reason_zh.strip():
        raise Invalid(fields={"reason_zh": ["请写明关联情形。"]})
    row = PanelSeat(
        person_id=person_id, subject_id=subject_id, tie="interest", state=SeatState.BARRED, name_zh=name_zh,
        reason_zh=reason_zh.strip(), set_by_name=actor.name, set_at=clock.now(),
    )  # fmt: skip
    session.add(row)
    _flush_seats(session)
    session.audit("reviews.barred", "membership", person_id, f"登记{name_zh}的回避情形")
    return row


def _flush_seats(session: TenantSession) -> None:
    """What the database refuses, in words."""
    try:
        session.flush()
    except IntegrityError as error:
        name = str(getattr(getattr(error.orig, "diag", None), "constraint_name", ""))
        raise (ExpertConflicted if name == "ex_panel_seat_interest" else AlreadySeated) from None
