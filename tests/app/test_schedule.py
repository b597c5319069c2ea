"""The schedule: every slot is stored exactly once, however often the scheduler restarts, and missed days are made up for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.schedule.firing import Firing
from app.schedule.plan import Recurring, plan
from app.schedule.slots import Rhythm
from kernel.approvals.jobs import expire
from kernel.approvals.models import ChangeRequest, ChangeState
from kernel.audit.models import AuditEvent
from kernel.db.roles import Login
from kernel.events.models import OutboxEvent
from kernel.jobs.registry import jobs
from tests.database import TestDatabase

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)  # noon in Shanghai


def test_a_day_begins_in_shanghai() -> None:
    daily = Rhythm.named("daily 02:10")
    assert daily.latest(NOON) == datetime(2026, 11, 23, 18, 10, tzinfo=UTC)
    assert daily.latest(datetime(2026, 11, 23, 18, 9, tzinfo=UTC)) == datetime(
        2026, 11, 22, 18, 10, tzinfo=UTC
    )


def test_missed_days_are_made_up_for_up_to_a_week() -> None:
    daily = Rhythm.named("daily 02:10")
    assert daily.due(None, NOON) == ["2026-11-23T18:10Z"]
    assert daily.due("2026-11-23T18:10Z", NOON) == []
    assert daily.due("2026-11-21T18:10Z", NOON) == ["2026-11-22T18:10Z", "2026-11-23T18:10Z"]
    assert len(daily.due("2026-01-01T18:10Z", NOON)) == 7


def test_what_runs_by_the_hour_runs_now_only() -> None:
    hourly = Rhythm.named("every 60m")
    assert hourly.due("2026-11-20T00:00Z", NOON) == ["2026-11-24T04:00Z"]
    assert hourly.due("2026-11-24T04:00Z", NOON + timedelta(minutes=59)) == []


@pytest.mark.parametrize("text", ["daily 24:00", "every 0m", "hourly", "daily 2:10"])
def test_a_rhythm_that_means_nothing_is_a_defect(text: str) -> None:
    with pytest.raises(ValueError, match="not a rhythm"):
        Rhythm.named(text)


def test_the_rooms_plan_names_known_jobs_only() -> None:
    found = {recurring.job for recurring in plan()}
    assert {"changes.expire", "schedule.tidy"} <= found
    assert found <= jobs.keys()


def stored(database: TestDatabase, tenant: UUID, name: str) -> int:
    with database.door(Login.WORKER).tenant_tx(database.scope(tenant), read_only=True) as session:
        count = session.scalar(select(func.count()).where(OutboxEvent.name == name))
    assert count is not None
    return count


def test_a_slot_is_stored_once_across_restarts(database: TestDatabase) -> None:
    centre = database.open_centre("C37901")
    wanted = (
        Recurring("changes.expire", Rhythm.named("every 60m"), "tenants"),
        Recurring("schedule.tidy", Rhythm.named("daily 03:40"), "province"),
    )

    def scheduler(now: datetime) -> Firing:
        return Firing(database.door(Login.WORKER), wanted, lambda: database.province_id, lambda: now)

    before = {t: stored(database, t, "changes.expire") for t in (database.province_id, centre)}
    first = scheduler(NOON)
    assert first.fire() >= 3
    assert first.fire() == 0
    assert scheduler(NOON).fire() == 0  # a restart, or a second scheduler
    assert scheduler(NOON + timedelta(hours=1)).fire() >= 2
    for tenant in (database.province_id, centre):
        assert stored(database, tenant, "changes.expire") == before[tenant] + 2
    assert stored(database, centre, "schedule.tidy") == 0


def test_a_change_nobody_decided_is_closed_with_one_audit_event(database: TestDatabase) -> None:
    import hashlib

    from kernel.db.ids import uuid7

    centre = database.open_centre("C37902")
    with database.door().tenant_tx(database.scope(centre)) as session:
        for days in (-1, 1):
            session.add(
                ChangeRequest(
                    kind="test", title_zh="测试", reason_zh="测试", object_kind="test", object_id=str(days), payload=b"{}",
                    content_hash=hashlib.sha256(b"{}").digest(), difference={}, maker_person_id=uuid7(), maker_name="测试",
                    expires_at=datetime.now(UTC) + timedelta(days=days),
                )
            )  # fmt: skip
        session.audit("test.changes", "change", "x", "测试")
    for _ in range(2):
        with database.door(Login.WORKER).tenant_tx(database.scope(centre)) as session:
            expire(session, {})
    with database.door().tenant_tx(database.scope(centre), read_only=True) as session:
        states = {
            row.object_id: row.state
            for row in session.execute(select(ChangeRequest.object_id, ChangeRequest.state))
        }
        events = session.scalars(select(AuditEvent).where(AuditEvent.action == "changes.expired")).all()
    assert states == {"-1": ChangeState.EXPIRED, "1": ChangeState.PENDING}
    assert len(events) == 1
