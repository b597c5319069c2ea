"""Applications, seats and scores for pages. An expert sees the own sheet only until the panel has closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select

from acceptance.assessments import queries as assessments
from acceptance.assessments.models import Stage
from acceptance.assessments.policy import packages
from acceptance.indicators import queries as indicators
from acceptance.indicators.models import CentreIndicator
from acceptance.reviews import policy
from acceptance.reviews.errors import ApplicationNotFound, NotYourSeat
from acceptance.reviews.models import (
    OpinionSignature,
    PanelScore,
    PanelSeat,
    ReviewApplication,
    ReviewStep,
    SeatState,
)
from acceptance.reviews.policy import PanelResult
from kernel.db import TenantSession, utc_now
from kernel.identity.models import Membership, MembershipState, RoleGrant

SCORED = (
    Stage.OPINION, Stage.DISCUSSION, Stage.RECTIFYING, Stage.RECHECKING, Stage.SIGNING, Stage.CONCLUDED,
)  # fmt: skip
"""The sheets are closed and may be looked at side by side."""


@dataclass(frozen=True)
class Expert:
    """Somebody with the role, and whether that body is closed to them."""

    person_id: UUID
    name: str
    title: str
    barred_zh: str


@dataclass(frozen=True)
class Task:
    """What waits for an expert."""

    application: ReviewApplication
    seat: PanelSeat
    kind: str


def applications(*, state: str = "", text: str = "") -> Select[ReviewApplication]:
    """The list; the page orders it."""
    statement = select(ReviewApplication)
    if state:
        statement = statement.where(ReviewApplication.state == state)
    if text:
        statement = statement.where(ReviewApplication.name_zh.contains(text, autoescape=True))
    return statement


def open_applications(
    session: TenantSession, *, state: str = "", text: str = ""
) -> Sequence[ReviewApplication]:
    """Everything that is not concluded, what is due first on top: at most one a body."""
    statement = applications(state=state, text=text).where(ReviewApplication.state != Stage.CONCLUDED)
    return session.scalars(
        statement.order_by(ReviewApplication.due_on.asc().nulls_last(), ReviewApplication.id)
    ).all()


def live(session: TenantSession, subject_id: UUID) -> dict[str, CentreIndicator]:
    """What the body handed up last, by indicator: to stand beside what was frozen."""
    return {row.code: row for row in indicators.of_body(session, subject_id)}


def counts(session: TenantSession) -> dict[str, int]:
    """How many stand in each state."""
    rows = session.execute(
        select(ReviewApplication.state, func.count()).group_by(ReviewApplication.state)
    ).all()
    return {state: int(number) for state, number in rows}


def application(session: TenantSession, application_id: UUID, *, lock: bool = False) -> ReviewApplication:
    """One. Raises ApplicationNotFound."""
    statement = select(ReviewApplication).where(ReviewApplication.id == application_id)
    found = session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise ApplicationNotFound
    return found


def by_assessment(
    session: TenantSession, assessment_id: UUID, *, lock: bool = False
) -> ReviewApplication | None:
    """The application of an assessment."""
    statement = select(ReviewApplication).where(ReviewApplication.assessment_id == assessment_id)
    return session.scalar(statement.with_for_update() if lock else statement)


def content(session: TenantSession, row: ReviewApplication) -> dict[str, Any]:
    """What the application's package says."""
    return packages.thawed(assessments.package(session, row.package_id).body)


def steps(session: TenantSession, application_id: UUID) -> Sequence[ReviewStep]:
    """Every arrow, oldest first."""
    statement = select(ReviewStep).where(ReviewStep.application_id == application_id)
    return session.scalars(statement.order_by(ReviewStep.number)).all()


def seats(session: TenantSession, application_id: UUID) -> Sequence[PanelSeat]:
    """The panel, recused ones too."""
    statement = select(PanelSeat).where(PanelSeat.application_id == application_id)
    return session.scalars(statement.order_by(PanelSeat.set_at, PanelSeat.id)).all()


def seat(session: TenantSession, application_id: UUID, person_id: UUID) -> PanelSeat:
    """A person's seat that is not recused; whoever changes it holds the application's lock. Raises NotYourSeat."""
    statement = select(PanelSeat).where(
        PanelSeat.application_id == application_id,
        PanelSeat.person_id == person_id,
        PanelSeat.state != SeatState.RECUSED,
    )
    found = session.scalar(statement)
    if found is None:
        raise NotYourSeat
    return found


def experts(session: TenantSession, subject_id: UUID) -> list[Expert]:
    """Everybody with the role now, those closed to that body named with the reason. One statement."""
    barred = select(PanelSeat.person_id, PanelSeat.reason_zh).where(
        PanelSeat.tie == "interest", PanelSeat.subject_id == subject_id
    )
    reasons = barred.subquery()
    rows = session.execute(
        select(Membership.person_id, Membership.name_zh, Membership.title_zh, reasons.c.reason_zh)
        .join(
            RoleGrant,
            (RoleGrant.tenant_id == Membership.tenant_id) & (RoleGrant.membership_id == Membership.id),
        )
        .outerjoin(reasons, reasons.c.person_id == Membership.person_id)
        .where(
            Membership.state == MembershipState.ACTIVE,
            RoleGrant.role_code == policy.EXPERT,
            RoleGrant.revoked_at.is_(None),
            or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to > utc_now()),
        )
        .order_by(Membership.name_zh)
    )
    return [Expert(row[0], row[1], row[2], row[3] or "") for row in rows]


def interests(session: TenantSession, subject_id: UUID) -> dict[UUID, str]:
    """Everybody with an interest in that body."""
    rows = session.execute(
        select(PanelSeat.person_id, PanelSeat.reason_zh).where(
            PanelSeat.tie == "interest", PanelSeat.subject_id == subject_id
        )
    )
    return {row[0]: row[1] for row in rows}


def sheet_of(session: TenantSession, seat_id: UUID) -> dict[str, PanelScore]:
    """One expert's scores by item."""
    rows = session.scalars(select(PanelScore).where(PanelScore.seat_id == seat_id))
    return {row.item_code: row for row in rows}


def panel_result(
    session: TenantSession, row: ReviewApplication, items: Sequence[Mapping[str, Any]]
) -> PanelResult | None:
    """The closed sheets side by side; None before the panel has closed. Two statements."""
    if row.state not in SCORED:
        return None
    return closed_result(session, row.id, items)


def closed_result(
    session: TenantSession, application_id: UUID, items: Sequence[Mapping[str, Any]]
) -> PanelResult | None:
    """The same without asking whether the panel has closed: for the verbs that close it."""
    closed = [s for s in seats(session, application_id) if s.state == SeatState.CLOSED]
    if not closed:
        return None
    found: dict[UUID, dict[str, tuple[Decimal, str]]] = {s.id: {} for s in closed}
    for score in session.scalars(select(PanelScore).where(PanelScore.seat_id.in_(list(found)))):
        found[score.seat_id][score.item_code] = (score.points, score.note_zh)
    return policy.result(items, [found[s.id] for s in closed])


def signatures(session: TenantSession, row: ReviewApplication) -> dict[UUID, OpinionSignature]:
    """Signatures under the present wording, by seat."""
    rows = session.scalars(
        select(OpinionSignature)
        .join(
            PanelSeat,
            (PanelSeat.tenant_id == OpinionSignature.tenant_id) & (PanelSeat.id == OpinionSignature.seat_id),
        )
        .where(PanelSeat.application_id == row.id, OpinionSignature.draft_number == row.opinion_number)
    )
    return {found.seat_id: found for found in rows}


def tasks(session: TenantSession, person_id: UUID) -> list[Task]:
    """What waits for an expert: sheets to score, opinions to sign; then what is done. One statement."""
    signed = exists().where(
        OpinionSignature.tenant_id == PanelSeat.tenant_id,
        OpinionSignature.seat_id == PanelSeat.id,
        OpinionSignature.draft_number == ReviewApplication.opinion_number,
    )
    rows = session.execute(
        select(ReviewApplication, PanelSeat, signed)
        .join(
            PanelSeat,
            (PanelSeat.tenant_id == ReviewApplication.tenant_id)
            & (PanelSeat.application_id == ReviewApplication.id),
        )
        .where(PanelSeat.person_id == person_id, PanelSeat.tie == "seat")
        .order_by(ReviewApplication.due_on.asc().nulls_last(), ReviewApplication.id)
    )
    return [Task(row[0], row[1], _kind(row[0], row[1], row[2])) for row in rows]


def _kind(row: ReviewApplication, own: PanelSeat, signed: bool) -> str:
    if own.state == SeatState.RECUSED:
        return "recused"
    if own.state == SeatState.SEATED and row.state == Stage.PANEL:
        return "score"
    if row.state == Stage.OPINION and row.opinion_number and not signed:
        return "sign"
    return "done" if row.state == Stage.CONCLUDED else "wait"
