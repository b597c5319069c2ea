"""At the province: answers arrive, somebody who did not write the finding looks at each; the last one decides where it goes."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, update

from acceptance.assessments import queries as assessments
from acceptance.assessments.errors import PackageDamaged
from acceptance.assessments.models import PackageKind, Stage
from acceptance.assessments.policy.packages import thawed
from acceptance.assessments.service import keep, send
from acceptance.rectifications import queries
from acceptance.rectifications.errors import NotOpen, OwnFinding
from acceptance.rectifications.events import AnswersSent, Rechecked
from acceptance.rectifications.models import Finding, FindingAnswer, FindingRecheck, FindingState
from acceptance.rectifications.service.answering import OPEN, settle
from acceptance.reviews import queries as reviews
from acceptance.reviews.errors import WrongStage
from acceptance.reviews.models import ReviewApplication
from acceptance.reviews.service import move
from acceptance.reviews.service.following import take_files
from acceptance.reviews.service.moving import OBJECT
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.errors import Invalid
from kernel.events import on
from kernel.identity.actor import Actor


@on(AnswersSent, in_tenant=lambda event: event.target_id)
def receive_answers(session: TenantSession, event: AnswersSent) -> None:
    """The centre's answers of one round. Raises PackageDamaged for findings that nobody waits for."""
    content = keep(session, event)
    if content is None:
        return
    row = reviews.by_assessment(session, event.assessment_id, lock=True)
    if row is None or row.state != Stage.RECTIFYING or row.subject_id != event.subject_id:
        raise PackageDamaged("not expected")
    waiting = {f.finding_id: f for f in queries.in_states(session, event.assessment_id, *OPEN)}
    told = {UUID(a["finding_id"]): a for a in content["answers"]}
    if set(told) != set(waiting) or any(told[k]["round"] != f.round for k, f in waiting.items()):
        raise PackageDamaged("findings")
    now = clock.now()
    session.execute(
        insert(FindingAnswer),
        [
            {
                "tenant_id": session.tenant_id, "id": uuid7(), "finding_id": key, "round": a["round"], "text_zh": a["text_zh"],
                "written_by_person_id": UUID(a["written_by_person_id"]), "written_by_name": a["written_by_name"],
                "written_at": datetime.fromisoformat(a["written_at"]), "sent_by_person_id": UUID(a["sent_by_person_id"]),
                "sent_by_name": a["sent_by_name"], "sent_at": now,
            }
            for key, a in told.items()
        ],
    )  # fmt: skip
    session.execute(
        update(Finding).where(Finding.finding_id.in_(list(waiting))).values(state=FindingState.ANSWERED)
    )
    take_files(
        session, event.package_id, row.subject_id,
        [(f"{waiting[k].number}#{a['round']}", file) for k, a in told.items() for file in a["files"]],
    )  # fmt: skip
    move(session, row, Stage.RECHECKING, content["sent_by"], message_zh="整改答复已收到，正在复核。")
    session.audit(
        "rectifications.answers_received", OBJECT, row.id, f"收到{row.name_zh}的整改答复 {len(told)} 条", hash=event.sha256
    )  # fmt: skip


def recheck(
    session: TenantSession, actor: Actor, finding_id: UUID, *, passed: bool, note_zh: str
) -> FindingRecheck:
    """Say whether an answer is enough. Raises WrongStage, NotOpen, OwnFinding, Invalid (a failed one needs words)."""
    found = queries.finding(session, finding_id)
    row = reviews.by_assessment(session, found.assessment_id, lock=True)
    if row is None or row.state != Stage.RECHECKING:
        raise WrongStage
    found = queries.finding(session, finding_id, lock=True)
    if found.state != FindingState.ANSWERED:
        raise NotOpen
    if found.author_person_id == actor.person_id:
        raise OwnFinding
    if not passed and not note_zh.strip():
        raise Invalid(fields={"note_zh": ["未通过的，请写明还缺什么。"]})
    check = FindingRecheck(
        finding_id=found.finding_id, round=found.round, passed=passed, note_zh=note_zh.strip(),
        author_person_id=found.author_person_id, checker_person_id=actor.person_id, checker_name=actor.name,
        checked_at=clock.now(),
    )  # fmt: skip
    session.add(check)
    settle(found, found.round, passed=passed, due_on=None)
    session.flush()
    if not queries.in_states(session, row.assessment_id, FindingState.ANSWERED):
        _finish(session, row, actor)
    words = f"复核{row.name_zh}的第 {found.number} 条整改：{'通过' if passed else '未通过'}"
    session.audit(
        "rectifications.rechecked", "acceptance_finding", found.finding_id, words, passed=int(passed)
    )
    return check


def _finish(session: TenantSession, row: ReviewApplication, actor: Actor) -> None:
    """The round is over: tell the centre all its results in one package."""
    failed = queries.in_states(session, row.assessment_id, FindingState.FAILED)
    if failed:
        message = f"整改复核有 {len(failed)} 条未通过，请继续整改。"
        step = move(session, row, Stage.RECTIFYING, actor.name, message_zh=message)
        for found in failed:
            found.due_on = step.due_on
    else:
        step = move(
            session, row, Stage.SIGNING, actor.name, message_zh="整改复核全部通过，正在签发验收结论。"
        )
    sent = _already_told(session, row.assessment_id)
    rechecks = [
        r for story in queries.stories(session, row.assessment_id) for r in story.rechecks
        if (str(r.finding_id), r.round) not in sent
    ]  # fmt: skip
    send(
        session, Rechecked, target_id=row.subject_id, subject_id=row.subject_id, assessment_id=row.assessment_id,
        kind=PackageKind.RECHECK,
        content={
            "due_on": step.due_on.isoformat() if failed and step.due_on is not None else None,
            "rechecks": [
                {
                    "finding_id": str(r.finding_id), "round": r.round, "passed": r.passed, "note_zh": r.note_zh,
                    "checker_person_id": str(r.checker_person_id), "checker_name": r.checker_name,
                    "checked_at": r.checked_at.isoformat(),
                }
                for r in rechecks
            ],
        },
    )  # fmt: skip


def _already_told(session: TenantSession, assessment_id: UUID) -> set[tuple[str, int]]:
    packages = assessments.packages_of(session, assessment_id)
    return {
        (told["finding_id"], told["round"])
        for package in packages
        if package.kind == PackageKind.RECHECK
        for told in thawed(package.body)["rechecks"]
    }
