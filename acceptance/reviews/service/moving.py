"""The only place where an application changes its state: along an arrow, as a step with its clock, told to the centre."""

from __future__ import annotations

from uuid import UUID

from acceptance.assessments.policy.states import may_move
from acceptance.reviews import policy, queries
from acceptance.reviews.errors import WrongStage
from acceptance.reviews.events import StageMoved
from acceptance.reviews.models import ReviewApplication, ReviewStep
from kernel.calendar import clock
from kernel.calendar.working_days import working_days
from kernel.db import TenantSession
from kernel.events import publish

OBJECT = "review_application"


def at_stage(session: TenantSession, application_id: UUID, *stages: str) -> ReviewApplication:
    """The application, locked, when it stands in one of these states. Raises WrongStage, ApplicationNotFound."""
    row = queries.application(session, application_id, lock=True)
    if row.state not in stages:
        raise WrongStage
    return row


def move(
    session: TenantSession,
    row: ReviewApplication,
    to: str,
    by_name: str,
    note_zh: str = "",
    *,
    message_zh: str = "",
    tell: bool = True,
) -> ReviewStep:
    """Take one arrow. `note_zh` stays at the province, `message_zh` goes to the centre. The caller audits. Raises WrongStage."""
    if not may_move(row.state, to):
        raise WrongStage
    now, today, calendar = clock.now(), clock.today(), working_days(session)
    step = ReviewStep(
        application_id=row.id, number=row.step + 1, from_number=row.step, from_state=row.state, to_state=to, at=now,
        due_on=policy.due_on(to, today, calendar), late_days=policy.days_late(row.due_on, today, calendar), by_name=by_name,
        note_zh=note_zh.strip() or message_zh.strip(),
    )  # fmt: skip
    session.add(step)
    session.flush()
    row.state, row.step, row.state_since, row.due_on = to, step.number, now, step.due_on
    session.flush()
    if tell:
        publish(
            session,
            StageMoved(
                row.subject_id, row.assessment_id, step.number, to, now.isoformat(),
                step.due_on.isoformat() if step.due_on is not None else None, message_zh.strip(),
            ),
        )  # fmt: skip
    return step


def begin(session: TenantSession, row: ReviewApplication, by_name: str) -> ReviewStep:
    """The first step of a new application."""
    step = ReviewStep(
        application_id=row.id, number=1, to_state=row.state, at=row.state_since, due_on=row.due_on, by_name=by_name,
        note_zh="收到验收申请",
    )  # fmt: skip
    session.add(step)
    session.flush()
    publish(
        session,
        StageMoved(
            row.subject_id, row.assessment_id, 1, row.state, row.state_since.isoformat(),
            row.due_on.isoformat() if row.due_on is not None else None, "",
        ),
    )  # fmt: skip
    return step
