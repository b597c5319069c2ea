"""What travels: progress and answers up, urging down; and once a day everybody's progress, since lateness grows by itself."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from acceptance.construction import queries, service
from acceptance.construction.events import BodyUrged, ProgressHandedUp, UrgeAnswered
from acceptance.construction.models import ConstructionProgress, ConstructionUrge
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.events import on
from kernel.jobs.registry import job


@on(ProgressHandedUp, in_tenant=lambda event: event.province_id)
def keep_progress(session: TenantSession, event: ProgressHandedUp) -> None:
    """The newest hand-over of a body stands; an older one that comes late changes nothing."""
    values = {
        "subject_id": event.subject_id,
        "build_mode": event.build_mode,
        "started_on": date.fromisoformat(event.started_on),
        "planned_end_on": date.fromisoformat(event.planned_end_on),
        "steps_done": sum(done for _n, done, *_rest in event.tasks),
        "steps_total": sum(total for _n, _d, total, *_rest in event.tasks),
        "steps_late": sum(late for *_first, late, _days in event.tasks),
        "days_late": max((days for *_first, days in event.tasks), default=0),
        "tasks_done": event.tasks_done,
        "tasks": event.tasks,
        "handed_up_at": datetime.fromisoformat(event.at),
    }
    statement = insert(ConstructionProgress).values(tenant_id=session.tenant_id, id=uuid7(), **values)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "subject_id"],
            set_={name: statement.excluded[name] for name in values},
            where=ConstructionProgress.handed_up_at <= statement.excluded.handed_up_at,
        )
    )
    session.audit("construction.handed_up", "tenant", event.subject_id, "收到建设进度")


@on(BodyUrged, in_tenant=lambda event: event.subject_id)
def receive_urge(session: TenantSession, event: BodyUrged) -> None:
    """The body's own copy."""
    session.add(
        ConstructionUrge(
            urge_id=event.urge_id,
            subject_id=event.subject_id,
            text_zh=event.text_zh,
            answer_by_on=date.fromisoformat(event.answer_by_on),
            sent_at=datetime.fromisoformat(event.sent_at),
            sent_by_name=event.sent_by_name,
        )
    )
    session.audit("construction.urge_received", "construction_urge", event.urge_id, "收到省级建设督办")


@on(UrgeAnswered, in_tenant=lambda event: event.province_id)
def receive_answer(session: TenantSession, event: UrgeAnswered) -> None:
    """The province's copy gets the answer."""
    row = queries.urge(session, event.urge_id)
    row.answer_zh, row.answered_by_name = event.answer_zh, event.answered_by_name
    row.answered_at = datetime.fromisoformat(event.answered_at)
    session.audit("construction.answer_received", "construction_urge", event.urge_id, "收到建设督办的回复")


@job("construction.hand_up")
def hand_up(session: TenantSession, payload: dict[str, Any]) -> None:
    """A day later something may be late that was not."""
    service.hand_up(session)


SCHEDULE = (("construction.hand_up", "daily 01:10", "tenants"),)
