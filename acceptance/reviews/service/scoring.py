"""Scoring alone, closing one's sheet, and what follows when the last one is closed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from acceptance.assessments.models import Stage
from acceptance.assessments.policy.packages import frozen
from acceptance.reviews import queries
from acceptance.reviews.errors import ExpertConflicted, SheetClosed
from acceptance.reviews.models import PanelScore, PanelSeat, ReviewApplication, SeatState
from acceptance.reviews.policy import QUORUM, SPREAD
from acceptance.reviews.service.moving import OBJECT, at_stage, move
from acceptance.standards.policy import plain
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.errors import Invalid
from kernel.identity.actor import Actor

Given = Mapping[str, tuple[Decimal, str]]


def score(session: TenantSession, actor: Actor, application_id: UUID, given: Given) -> PanelSeat:
    """Keep points and remarks of some items on the own sheet. Raises WrongStage, NotYourSeat, SheetClosed, ExpertConflicted, Invalid."""
    row = at_stage(session, application_id, Stage.PANEL)
    seat = _open_seat(session, actor, row)
    most = {item["code"]: Decimal(item["points"]) for item in queries.content(session, row)["items"]}
    wrong = {
        code: [f"须在 0 至 {plain(most.get(code, Decimal(0)))} 分之间。"]
        for code, (points, _) in given.items()
        if code not in most or not 0 <= points <= most[code]
    }
    if wrong or not given:
        raise Invalid(fields=wrong or {"scores": ["请填写分数。"]})
    now = clock.now()
    rows = [
        {
            "tenant_id": session.tenant_id, "id": uuid7(), "seat_id": seat.id, "item_code": code, "points": points,
            "max_points": most[code], "note_zh": note.strip(), "scored_at": now,
        }
        for code, (points, note) in given.items()
    ]  # fmt: skip
    statement = insert(PanelScore).values(rows)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "seat_id", "item_code"],
            set_={name: statement.excluded[name] for name in ("points", "note_zh", "scored_at")},
        )
    )
    session.audit("reviews.scored", OBJECT, row.id, f"评阅{row.name_zh}", count=len(rows))
    return seat


def close_sheet(session: TenantSession, actor: Actor, application_id: UUID) -> PanelSeat:
    """Freeze the own sheet under its hash; the last one to close ends the scoring. Raises as `score`; Invalid when items are missing."""
    row = at_stage(session, application_id, Stage.PANEL)
    seat = _open_seat(session, actor, row)
    scores = queries.sheet_of(session, seat.id)
    missing = [i["code"] for i in queries.content(session, row)["items"] if i["code"] not in scores]
    if missing:
        raise Invalid(fields={"scores": [f"还有 {len(missing)} 项没有评分：{'、'.join(missing)}。"]})
    body = frozen(
        {"seat": str(seat.id), "scores": {code: [str(s.points), s.note_zh] for code, s in scores.items()}}
    )
    seat.total = sum((s.points for s in scores.values()), Decimal(0))
    seat.state, seat.sheet_hash = SeatState.CLOSED, hashlib.sha256(body).digest()
    seat.ended_at, seat.ended_by_name = clock.now(), actor.name
    session.flush()
    advance(session, row, actor.name)
    words = f"{seat.name_zh}封存对{row.name_zh}的评分"
    session.audit("reviews.sheet_closed", OBJECT, row.id, words, hash=seat.sheet_hash.hex())
    return seat


def advance(session: TenantSession, row: ReviewApplication, by_name: str) -> None:
    """When every seat is closed and there are enough: on to the opinion, or to a discussion when the experts are far apart."""
    seats = [s for s in queries.seats(session, row.id) if s.state != SeatState.RECUSED]
    totals = [s.total for s in seats if s.total is not None]
    if len(totals) < QUORUM or len(totals) < len(seats):
        return
    spread = max(totals) - min(totals)
    if spread > SPREAD:
        note = f"各专家总分相差 {plain(spread)} 分，须合议"
        move(session, row, Stage.DISCUSSION, by_name, note, message_zh="专家评分已完成，正在合议。")
    else:
        note = f"各专家总分相差 {plain(spread)} 分"
        move(session, row, Stage.OPINION, by_name, note, message_zh="专家评分已完成，正在形成验收意见。")


def _open_seat(session: TenantSession, actor: Actor, row: ReviewApplication) -> PanelSeat:
    seat = queries.seat(session, row.id, actor.person_id)
    if seat.state == SeatState.CLOSED:
        raise SheetClosed
    if actor.person_id in queries.interests(session, row.subject_id):
        raise ExpertConflicted
    return seat
