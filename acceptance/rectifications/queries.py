"""Findings with what was answered and rechecked, on either side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from acceptance.rectifications.errors import FindingNotFound
from acceptance.rectifications.models import (
    AnswerFile,
    Finding,
    FindingAnswer,
    FindingRecheck,
    FindingState,
)
from kernel.db import TenantSession


@dataclass(frozen=True)
class Story:
    """One finding with everything that followed, by round."""

    finding: Finding
    answers: list[FindingAnswer] = field(default_factory=list)
    files: list[AnswerFile] = field(default_factory=list)
    rechecks: list[FindingRecheck] = field(default_factory=list)

    @property
    def open_answer(self) -> FindingAnswer | None:
        """What is written for the present round and not sent."""
        mine = (a for a in self.answers if a.round == self.finding.round and a.sent_at is None)
        return next(mine, None)

    def files_of(self, number: int) -> list[AnswerFile]:
        """Files of a round."""
        return [file for file in self.files if file.round == number]

    def told(self) -> dict[str, Any]:
        """For the verdict: words and days only."""
        row = self.finding
        return {
            "number": row.number, "item_code": row.item_code, "text_zh": row.text_zh, "must": row.must, "state": row.state,
            "author": row.author_name,
            "answers": [
                {"round": a.round, "text_zh": a.text_zh, "by": a.written_by_name, "sent_by": a.sent_by_name,
                 "at": a.sent_at.isoformat() if a.sent_at else None}
                for a in self.answers
            ],
            "rechecks": [
                {"round": r.round, "passed": r.passed, "note_zh": r.note_zh, "by": r.checker_name, "at": r.checked_at.isoformat()}
                for r in self.rechecks
            ],
        }  # fmt: skip


def stories(session: TenantSession, assessment_id: UUID, *, author: UUID | None = None) -> list[Story]:
    """All findings of an assessment that were not dropped; with `author`, only that person's. Four statements."""
    statement = select(Finding).where(
        Finding.assessment_id == assessment_id, Finding.state != FindingState.DROPPED
    )
    if author is not None:
        statement = statement.where(Finding.author_person_id == author)
    rows = session.scalars(statement.order_by(Finding.number, Finding.item_code, Finding.written_at)).all()
    found = {row.finding_id: Story(row) for row in rows}
    if not found:
        return []
    ids = list(found)
    for answer in session.scalars(_of(FindingAnswer, ids)):
        found[answer.finding_id].answers.append(answer)
    for file in session.scalars(_of(AnswerFile, ids)):
        found[file.finding_id].files.append(file)
    for recheck in session.scalars(_of(FindingRecheck, ids)):
        found[recheck.finding_id].rechecks.append(recheck)
    return list(found.values())


def finding(session: TenantSession, finding_id: UUID, *, lock: bool = False) -> Finding:
    """One. Raises FindingNotFound."""
    statement = select(Finding).where(Finding.finding_id == finding_id)
    found = session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise FindingNotFound
    return found


def answer_file(session: TenantSession, row_id: UUID) -> AnswerFile:
    """One file of an answer. Raises FindingNotFound."""
    found = session.scalar(select(AnswerFile).where(AnswerFile.id == row_id))
    if found is None:
        raise FindingNotFound
    return found


def answer(session: TenantSession, row: Finding) -> FindingAnswer | None:
    """The answer of the present round."""
    statement = select(FindingAnswer).where(
        FindingAnswer.finding_id == row.finding_id, FindingAnswer.round == row.round
    )
    return session.scalar(statement)


def in_states(session: TenantSession, assessment_id: UUID, *states: str) -> Sequence[Finding]:
    """Findings of an assessment in some states."""
    statement = select(Finding).where(Finding.assessment_id == assessment_id, Finding.state.in_(states))
    return session.scalars(statement.order_by(Finding.number, Finding.written_at)).all()


def _of(model: Any, ids: Sequence[UUID]) -> Any:
    return select(model).where(model.finding_id.in_(ids)).order_by(model.round, model.id)
