"""At the province: experts and officers write findings; the opinion is issued with all of them."""

from __future__ import annotations

from uuid import UUID

from acceptance.assessments.models import PackageKind, Stage
from acceptance.assessments.policy.scoring import BANDS_NOTE_ZH, FAILED_ZH
from acceptance.assessments.service import send
from acceptance.rectifications import queries
from acceptance.rectifications.errors import NotOpen
from acceptance.rectifications.events import OpinionIssued
from acceptance.rectifications.models import Finding, FindingState
from acceptance.reviews import queries as reviews
from acceptance.reviews.errors import NotYourSeat, Unsigned, WrongStage
from acceptance.reviews.models import ReviewApplication, SeatState
from acceptance.reviews.service import move
from acceptance.reviews.service.moving import OBJECT, at_stage
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.errors import Invalid
from kernel.identity.actor import Actor
from kernel.permissions import Permission

BEFORE_ISSUE = (Stage.PANEL, Stage.DISCUSSION, Stage.OPINION)


def write_finding(
    session: TenantSession, actor: Actor, application_id: UUID, item_code: str, text_zh: str, *, must: bool
) -> Finding:
    """An expert on the own seat, or an officer once the sheets are closed. Raises WrongStage, NotYourSeat, Invalid."""
    row = at_stage(session, application_id, *BEFORE_ISSUE)
    if not text_zh.strip():
        raise Invalid(fields={"text_zh": ["请写明发现的问题和要求。"]})
    if item_code not in {item["code"] for item in reviews.content(session, row)["items"]}:
        raise Invalid(fields={"item_code": ["请选择评估项目。"]})
    if not (actor.may(Permission.REVIEW_DESK) and row.state != Stage.PANEL):
        reviews.seat(session, row.id, actor.person_id)
    found = Finding(
        finding_id=uuid7(), assessment_id=row.assessment_id, item_code=item_code, text_zh=text_zh.strip(), must=must,
        author_person_id=actor.person_id, author_name=actor.name, written_at=clock.now(),
    )  # fmt: skip
    session.add(found)
    session.flush()
    words = f"对{row.name_zh}的 {item_code} 提出{'整改意见' if must else '建议'}"
    session.audit(
        "rectifications.finding_written", "acceptance_finding", found.finding_id, words, item=item_code
    )
    return found


def drop_finding(session: TenantSession, actor: Actor, finding_id: UUID) -> Finding:
    """Before the opinion is issued: its author, or an officer once the sheets are closed. Raises NotOpen, NotYourSeat."""
    found = queries.finding(session, finding_id, lock=True)
    row = reviews.by_assessment(session, found.assessment_id)
    if row is None or row.state not in BEFORE_ISSUE or found.state != FindingState.DRAFT:
        raise NotOpen
    if found.author_person_id != actor.person_id and not (
        actor.may(Permission.REVIEW_DESK) and row.state != Stage.PANEL
    ):
        raise NotYourSeat
    found.state = FindingState.DROPPED
    words = f"撤销对{row.name_zh}的 {found.item_code} 提出的意见"
    session.audit("rectifications.finding_dropped", "acceptance_finding", found.finding_id, words)
    return found


def issue_opinion(session: TenantSession, actor: Actor, application_id: UUID) -> ReviewApplication:
    """Hand the opinion with all its findings to the centre. A failed one goes to sign-off at once: its findings are told all the same.

    Raises WrongStage (no wording yet), Unsigned.
    """
    row = at_stage(session, application_id, Stage.OPINION)
    if not row.opinion_number:
        raise WrongStage
    seats = [s for s in reviews.seats(session, row.id) if s.state == SeatState.CLOSED]
    signed = reviews.signatures(session, row)
    if any(seat.id not in signed for seat in seats):
        raise Unsigned
    findings = queries.in_states(session, row.assessment_id, FindingState.DRAFT)
    must = any(f.must for f in findings)
    rectify = must and row.conclusion_zh != FAILED_ZH
    message = (
        "验收意见已印发，请按整改意见逐条整改并答复。" if rectify else "验收意见已印发，正在签发验收结论。"
    )
    step = move(session, row, Stage.RECTIFYING if rectify else Stage.SIGNING, actor.name, message_zh=message)
    for number, found in enumerate(findings, 1):
        found.number = number
        found.state = FindingState.OPEN if found.must and rectify else FindingState.NOTED
        found.due_on = step.due_on if found.must and rectify else None
    session.flush()
    package = send(
        session, OpinionIssued, target_id=row.subject_id, subject_id=row.subject_id, assessment_id=row.assessment_id,
        kind=PackageKind.OPINION,
        content={
            "opinion_zh": row.opinion_zh, "opinion_number": row.opinion_number, "panel_total": str(row.panel_total),
            "conclusion_zh": row.conclusion_zh, "bands_zh": BANDS_NOTE_ZH, "vetoes": row.vetoes, "rectify": rectify,
            "discussion_zh": row.discussion_zh,
            "signatures": [
                {"name": s.name_zh, "agrees": s.agrees, "dissent_zh": s.dissent_zh, "at": s.signed_at.isoformat()}
                for s in signed.values()
            ],
            "sheets": [
                {"name": s.name_zh, "total": str(s.total), "sha256": (s.sheet_hash or b"").hex()} for s in seats
            ],
            "findings": [_told(found) for found in findings],
        },
    )  # fmt: skip
    session.audit(
        "rectifications.opinion_issued", OBJECT, row.id, f"印发{row.name_zh}的验收意见，共 {len(findings)} 条",
        count=len(findings), hash=package.body_hash.hex(), reference=str(package.package_id),
    )  # fmt: skip
    return row


def _told(found: Finding) -> dict[str, object]:
    return {
        "finding_id": str(found.finding_id), "number": found.number, "item_code": found.item_code, "text_zh": found.text_zh,
        "must": found.must, "state": found.state, "author_person_id": str(found.author_person_id),
        "author_name": found.author_name, "written_at": found.written_at.isoformat(),
        "due_on": found.due_on.isoformat() if found.due_on is not None else None,
    }  # fmt: skip
