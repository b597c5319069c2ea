"""In the centre: findings arrive, are answered with evidence, are sent by a second person; the recheck comes back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from acceptance.assessments import queries as assessments
from acceptance.assessments.models import AcceptancePackage, PackageKind, Stage
from acceptance.assessments.service import keep, send
from acceptance.assessments.service.packages import described
from acceptance.rectifications import queries
from acceptance.rectifications.errors import NotOpen, OwnAnswer, Unanswered
from acceptance.rectifications.events import AnswersSent, OpinionIssued, Rechecked
from acceptance.rectifications.models import (
    AnswerFile,
    Finding,
    FindingAnswer,
    FindingRecheck,
    FindingState,
)
from acceptance.rectifications.queries import Story
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.errors import Invalid
from kernel.events import on
from kernel.identity.actor import Actor
from kernel.tenancy import tenants

OPEN = (FindingState.OPEN, FindingState.FAILED)


@on(OpinionIssued, in_tenant=lambda event: event.target_id)
def receive_opinion(session: TenantSession, event: OpinionIssued) -> None:
    """The opinion with its findings. Raises PackageDamaged."""
    content = keep(session, event)
    if content is None:
        return
    rows = [
        {
            "tenant_id": session.tenant_id, "id": uuid7(), "finding_id": UUID(f["finding_id"]), "assessment_id": event.assessment_id,
            "number": f["number"], "item_code": f["item_code"], "text_zh": f["text_zh"], "must": f["must"], "state": f["state"],
            "author_person_id": UUID(f["author_person_id"]), "author_name": f["author_name"],
            "written_at": datetime.fromisoformat(f["written_at"]), "due_on": _day(f["due_on"]), "round": 1,
        }
        for f in content["findings"]
    ]  # fmt: skip
    if rows:
        session.execute(insert(Finding), rows)
    session.audit(
        "rectifications.opinion_received", "assessment", event.assessment_id, f"收到验收意见，共 {len(rows)} 条", hash=event.sha256
    )  # fmt: skip


@on(Rechecked, in_tenant=lambda event: event.target_id)
def receive_recheck(session: TenantSession, event: Rechecked) -> None:
    """What the recheck found. Raises PackageDamaged."""
    content = keep(session, event)
    if content is None:
        return
    for told in content["rechecks"]:
        row = queries.finding(session, UUID(told["finding_id"]))
        session.add(
            FindingRecheck(
                finding_id=row.finding_id, round=told["round"], passed=told["passed"], note_zh=told["note_zh"],
                author_person_id=row.author_person_id, checker_person_id=UUID(told["checker_person_id"]),
                checker_name=told["checker_name"], checked_at=datetime.fromisoformat(told["checked_at"]),
            )
        )  # fmt: skip
        settle(row, told["round"], passed=told["passed"], due_on=_day(content["due_on"]))
    failed = sum(not told["passed"] for told in content["rechecks"])
    words = f"收到整改复核结果，{failed} 条未通过" if failed else "收到整改复核结果，全部通过"
    session.audit(
        "rectifications.recheck_received", "assessment", event.assessment_id, words, hash=event.sha256
    )


def answer(
    session: TenantSession,
    actor: Actor,
    finding_id: UUID,
    text_zh: str,
    *,
    file: tuple[str, UUID] | None = None,
) -> FindingAnswer:
    """Write or rewrite what was done about a finding, with a kept file (title, id) or without.

    Raises FindingNotFound, NotOpen, Invalid.
    """
    row = _open(session, finding_id)
    if not text_zh.strip():
        raise Invalid(fields={"text_zh": ["请写明整改情况。"]})
    found = queries.answer(session, row)
    if found is None:
        found = FindingAnswer(finding_id=row.finding_id, round=row.round)
        session.add(found)
    found.text_zh, found.written_at = text_zh.strip(), clock.now()
    found.written_by_person_id, found.written_by_name = actor.person_id, actor.name
    if file is not None:
        _put_file(session, actor, row, *file)
    session.flush()
    words = f"填写第 {row.number} 条整改答复"
    session.audit("rectifications.answered", "acceptance_finding", row.finding_id, words)
    return found


def attach_to_answer(
    session: TenantSession, actor: Actor, finding_id: UUID, *, title_zh: str, file_id: UUID
) -> AnswerFile:
    """Put a kept file (purpose evidence) to the answer. Raises FindingNotFound, NotOpen."""
    row = _open(session, finding_id)
    found = _put_file(session, actor, row, title_zh, file_id)
    session.flush()
    words = f"上传第 {row.number} 条整改材料"
    session.audit("rectifications.attached", "acceptance_finding", row.finding_id, words, file=str(file_id))
    return found


def send_answers(session: TenantSession, actor: Actor, assessment_id: UUID) -> AcceptancePackage:
    """Hand the answers of this round to the province. Raises NotOpen, Unanswered, OwnAnswer."""
    sheet = assessments.assessment(session, assessment_id, lock=True)
    stories = [s for s in queries.stories(session, assessment_id) if s.finding.state in OPEN]
    if sheet.state != Stage.RECTIFYING or not stories:
        raise NotOpen
    answers = [(story, story.open_answer) for story in stories]
    if any(found is None for _, found in answers):
        raise Unanswered
    if any(found is not None and found.written_by_person_id == actor.person_id for _, found in answers):
        raise OwnAnswer
    told = []
    for story, found in answers:
        assert found is not None
        found.sent_by_person_id, found.sent_by_name, found.sent_at = actor.person_id, actor.name, clock.now()
        story.finding.state = FindingState.ANSWERED
        told.append(_told(session, story, found))
    province = next(t for t in tenants.tree(session) if t.kind == "province")
    package = send(
        session, AnswersSent, target_id=province.id, subject_id=session.tenant_id, assessment_id=assessment_id,
        kind=PackageKind.ANSWERS, content={"sent_by": actor.name, "answers": told},
    )  # fmt: skip
    session.audit(
        "rectifications.answers_sent", "assessment", assessment_id, f"提交整改答复 {len(told)} 条",
        count=len(told), hash=package.body_hash.hex(),
    )  # fmt: skip
    return package


def settle(row: Finding, number: int, *, passed: bool, due_on: date | None) -> None:
    """A finding after its recheck: done, or open again with a new day. The same on both sides."""
    row.state = FindingState.PASSED if passed else FindingState.FAILED
    if not passed:
        row.round, row.due_on = number + 1, due_on


def _open(session: TenantSession, finding_id: UUID) -> Finding:
    row = queries.finding(session, finding_id, lock=True)
    sheet = assessments.assessment(session, row.assessment_id)
    if row.state not in OPEN or sheet.state != Stage.RECTIFYING:
        raise NotOpen
    return row


def _put_file(session: TenantSession, actor: Actor, row: Finding, title_zh: str, file_id: UUID) -> AnswerFile:
    found = AnswerFile(
        finding_id=row.finding_id, round=row.round, file_id=file_id, title_zh=title_zh.strip(), attached_by_name=actor.name,
        attached_at=clock.now(),
    )  # fmt: skip
    session.add(found)
    return found


def _told(session: TenantSession, story: Story, found: FindingAnswer) -> dict[str, Any]:
    return {
        "finding_id": str(found.finding_id), "round": found.round, "text_zh": found.text_zh,
        "written_by_person_id": str(found.written_by_person_id), "written_by_name": found.written_by_name,
        "written_at": found.written_at.isoformat(), "sent_by_name": found.sent_by_name,
        "sent_by_person_id": str(found.sent_by_person_id),
        "files": [described(session, f.file_id, f.title_zh) for f in story.files_of(found.round)],
    }  # fmt: skip


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
