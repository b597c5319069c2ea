"""Signing the conclusion: one officer proposes, another signs (guarded), and the verdict is frozen and handed to the centre."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from acceptance.assessments.models import PackageKind, Stage
from acceptance.assessments.service import keep, send
from acceptance.reviews import queries as reviews
from acceptance.reviews.errors import WrongStage
from acceptance.reviews.models import ReviewApplication
from acceptance.reviews.service import move
from acceptance.reviews.service.moving import OBJECT, at_stage
from acceptance.standards.policy import plain
from acceptance.verdicts import queries
from acceptance.verdicts.events import VerdictMade, VerdictSent
from acceptance.verdicts.models import Verdict
from kernel.approvals import service as approvals
from kernel.approvals.kinds import Difference, Execution, GuardedKind, Line, register
from kernel.approvals.models import ChangeRequest
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.db.ids import uuid7
from kernel.events import on, publish
from kernel.identity.actor import Actor
from kernel.permissions import Permission

KIND = "verdicts.sign"


def propose(
    session: TenantSession, actor: Actor, application_id: UUID, reason_zh: str, statement_zh: str = ""
) -> ChangeRequest:
    """Propose the conclusion that follows from score, dimensions and vetoes. Raises WrongStage, what `approvals.propose` raises."""
    row = reviews.application(session, application_id)
    payload = {
        "application_id": str(application_id), "conclusion": row.conclusion_zh, "step": row.step,
        "statement": statement_zh.strip(),
    }  # fmt: skip
    return approvals.propose(session, actor, KIND, payload, reason_zh)


def describe(session: TenantSession, payload: Mapping[str, Any]) -> Difference:
    """What is going to be signed. Raises WrongStage when it is no longer what was looked at."""
    row = _signable(reviews.application(session, UUID(str(payload["application_id"]))), payload)
    panel = row.panel_total
    assert panel is not None
    lines = [
        Line("验收结论", "", row.conclusion_zh),
        Line("专家评分", "", f"{plain(panel)} 分"),
        Line("自评", "", f"{plain(row.self_total)} 分"),
        Line("否决情形", "", "；".join(v["condition_zh"] for v in row.vetoes) or "未认定"),
    ]
    if payload["statement"]:
        lines.append(Line("结论说明", "", str(payload["statement"])))
    return Difference(
        f"签发{row.name_zh}的验收结论：{row.conclusion_zh}",
        OBJECT,
        str(row.id),
        tuple(lines),
        (
            "签发后形成验收意见书，连同全部评分、意见、整改和复核记录封存，不能再修改。",
            "被验收机构同时收到验收意见书和卷宗。",
        ),
    )


def apply(session: TenantSession, execution: Execution) -> None:
    """Freeze, hand over, conclude. The approval writes the audit event."""
    payload = execution.payload
    row = _signable(at_stage(session, UUID(str(payload["application_id"])), Stage.SIGNING), payload)
    now, verdict_id = clock.now(), uuid7()
    year = now.astimezone(clock.LOCAL).year
    number = f"{year}-{queries.next_number(session, year):03}"
    move(session, row, Stage.CONCLUDED, execution.checker_name, message_zh=f"验收结论：{row.conclusion_zh}。")
    package = send(
        session, VerdictSent, target_id=row.subject_id, subject_id=row.subject_id, assessment_id=row.assessment_id,
        kind=PackageKind.VERDICT,
        content={
            "verdict_id": str(verdict_id), "number_zh": number, "statement_zh": payload["statement"],
            "proposed_by": execution.maker_name, "proposed_at": queries.proposed_at(session, execution.change_id).isoformat(),
             "signed_by": execution.checker_name, "signed_at": now.isoformat(),
            "change_id": str(execution.change_id), **queries.basis(session, row),
        },
    )  # fmt: skip
    session.add(
        Verdict(
            verdict_id=verdict_id, assessment_id=row.assessment_id, subject_id=row.subject_id, package_id=package.package_id,
            number_zh=number, name_zh=row.name_zh, fictional=row.fictional, conclusion_zh=row.conclusion_zh, signed_at=now,
            proposed_by_name=execution.maker_name, signed_by_name=execution.checker_name, change_id=execution.change_id,
        )
    )  # fmt: skip
    session.flush()
    publish(session, VerdictMade(verdict_id))


@on(VerdictSent, in_tenant=lambda event: event.target_id)
def receive_verdict(session: TenantSession, event: VerdictSent) -> None:
    """In the centre: its own copy of the verdict. Raises PackageDamaged."""
    content = keep(session, event)
    if content is None:
        return
    verdict_id, subject = UUID(content["verdict_id"]), content["subject"]
    session.add(
        Verdict(
            verdict_id=verdict_id, assessment_id=event.assessment_id, subject_id=event.subject_id, package_id=event.package_id,
            number_zh=content["number_zh"], name_zh=subject["name_zh"], fictional=subject["fictional"],
            conclusion_zh=content["conclusion_zh"], signed_at=datetime.fromisoformat(content["signed_at"]),
            proposed_by_name=content["proposed_by"], signed_by_name=content["signed_by"],
        )
    )  # fmt: skip
    publish(session, VerdictMade(verdict_id))
    words = f"收到验收意见书，结论：{content['conclusion_zh']}"
    session.audit("verdicts.received", "acceptance_verdict", verdict_id, words, hash=event.sha256)


def _signable(row: ReviewApplication, payload: Mapping[str, Any]) -> ReviewApplication:
    same = (row.conclusion_zh, row.step) == (payload["conclusion"], payload["step"])
    if row.state != Stage.SIGNING or not same:
        raise WrongStage
    return row


# The desk proposes, whoever may sign verdicts signs: two persons of the province.
SIGN = register(
    GuardedKind(KIND, "签发验收结论", Permission.REVIEW_DESK, Permission.VERDICT_SIGN, describe, apply)
)
