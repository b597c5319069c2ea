"""What arrives: applications at the province, its word at the centre."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from acceptance.assessments import service as assessments
from acceptance.assessments.errors import PackageDamaged
from acceptance.assessments.events import ApplicationSent
from acceptance.assessments.models import Stage
from acceptance.assessments.policy.states import STATE_ZH
from acceptance.reviews import policy, queries
from acceptance.reviews.events import StageMoved
from acceptance.reviews.models import PanelSeat, ReviewApplication, SeatState
from acceptance.reviews.service.moving import OBJECT, begin, move
from kernel.calendar import clock
from kernel.calendar.working_days import working_days
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.events import on
from kernel.jobs.registry import enqueue, job

TAKE_FILE = "assessments.take_file"
STAFF_ZH = "被评机构工作人员"


@job(TAKE_FILE)
def take_file(session: TenantSession, payload: dict[str, Any]) -> None:
    """Fetch one file that a package names."""
    assessments.take_file(session, UUID(payload["id"]))


@on(ApplicationSent, in_tenant=lambda event: event.target_id)
def receive_application(session: TenantSession, event: ApplicationSent) -> None:
    """At the province: a new application, or one that comes back after it was returned. Raises PackageDamaged."""
    content = assessments.keep(session, event)
    if content is None:
        return
    known = queries.by_assessment(session, event.assessment_id, lock=True)
    row = _new(session, event, content) if known is None else _again(session, known, event, content)
    _bar_staff(session, row, content["staff"])
    take_files(session, event.package_id, row.subject_id, [(i["code"], f) for i in content["items"] for f in i["files"]])  # fmt: skip
    session.audit(
        "reviews.received", OBJECT, row.id, f"收到{row.name_zh}的验收申请", hash=event.sha256, reference=str(event.package_id)
    )  # fmt: skip


@on(StageMoved, in_tenant=lambda event: event.subject_id)
def follow_stage(session: TenantSession, event: StageMoved) -> None:
    """At the centre: the sheet goes where the application went."""
    moved = assessments.follow(
        session, event.assessment_id, step=event.step, state=event.state, at=event.at, due_on=event.due_on,
        message_zh=event.message_zh,
    )  # fmt: skip
    if moved:
        words = f"验收申请进入“{STATE_ZH[event.state]}”"
        session.audit("assessments.moved", "assessment", event.assessment_id, words, state=event.state)
    else:
        session.changed_nothing()


def take_files(
    session: TenantSession, package_id: UUID, subject_id: UUID, files: list[tuple[str, dict[str, Any]]]
) -> None:
    """Note the files of a package and fetch each in a transaction of its own."""
    for row_id in assessments.keep_files(session, package_id, subject_id, files):
        enqueue(session, TAKE_FILE, {"id": str(row_id)}, key=str(row_id))


def _new(session: TenantSession, event: ApplicationSent, content: dict[str, Any]) -> ReviewApplication:
    now, subject = clock.now(), content["subject"]
    row = ReviewApplication(
        id=uuid7(), assessment_id=event.assessment_id, subject_id=event.subject_id, code=subject["code"],
        name_zh=subject["name_zh"], kind=subject["kind"], build_mode=subject["build_mode"], fictional=subject["fictional"],
        state=Stage.DESK, step=1, state_since=now, received_at=now,
        due_on=policy.due_on(Stage.DESK, clock.today(), working_days(session)), **_facts(event, content),
    )  # fmt: skip
    session.add(row)
    session.flush()
    begin(session, row, content["submitted_by"])
    return row


def _again(
    session: TenantSession, row: ReviewApplication, event: ApplicationSent, content: dict[str, Any]
) -> ReviewApplication:
    if row.state != Stage.RETURNED or row.subject_id != event.subject_id:
        raise PackageDamaged("not expected")
    for name, value in _facts(event, content).items():
        setattr(row, name, value)
    move(session, row, Stage.APPLIED, content["submitted_by"], "补充后再次提交", tell=False)
    move(session, row, Stage.DESK, content["submitted_by"], "收到补充后的申请")
    return row


def _facts(event: ApplicationSent, content: dict[str, Any]) -> dict[str, Any]:
    return {
        "package_id": event.package_id, "standard_id": UUID(content["standard"]["id"]),
        "standard_number": content["standard"]["number"], "round": content["round"],
        "self_total": Decimal(content["self_total"]), "submitted_by_name": content["submitted_by"],
    }  # fmt: skip


def _bar_staff(session: TenantSession, row: ReviewApplication, staff: list[str]) -> None:
    """Nobody of the body judges it. Somebody who sits already stays: the officer recuses them, and the page says so."""
    if not staff:
        return
    now = clock.now()
    rows = [
        {
            "tenant_id": session.tenant_id, "id": uuid7(), "person_id": UUID(person), "subject_id": row.subject_id,
            "tie": "interest", "state": SeatState.BARRED, "name_zh": "", "reason_zh": STAFF_ZH, "set_by_name": "系统",
            "set_at": now,
        }
        for person in staff
    ]  # fmt: skip
    session.execute(insert(PanelSeat).values(rows).on_conflict_do_nothing())
