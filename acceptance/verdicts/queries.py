"""Verdicts for pages, and what a verdict is made of."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from acceptance.assessments import queries as assessments
from acceptance.assessments.policy.packages import thawed
from acceptance.rectifications import queries as rectifications
from acceptance.reviews import queries as reviews
from acceptance.reviews.models import ReviewApplication, SeatState
from acceptance.verdicts.errors import VerdictNotFound
from acceptance.verdicts.models import Verdict
from kernel.approvals.models import ChangeRequest
from kernel.db import TenantSession


def verdicts() -> Select[Verdict]:
    """All; the page orders them."""
    return select(Verdict)


def verdict(session: TenantSession, verdict_id: UUID) -> Verdict:
    """One. Raises VerdictNotFound."""
    found = session.scalar(select(Verdict).where(Verdict.verdict_id == verdict_id))
    if found is None:
        raise VerdictNotFound
    return found


def of_assessment(session: TenantSession, assessment_id: UUID) -> Verdict | None:
    """The verdict of an assessment, on either side."""
    return session.scalar(select(Verdict).where(Verdict.assessment_id == assessment_id))


def content(session: TenantSession, row: Verdict) -> dict[str, Any]:
    """What was signed."""
    return thawed(assessments.package(session, row.package_id).body)


def next_number(session: TenantSession, year: int) -> int:
    """The next number of a year in this province."""
    held = select(func.count()).select_from(Verdict).where(Verdict.number_zh.startswith(f"{year}-"))
    return int(session.scalar(held) or 0) + 1


def proposed_at(session: TenantSession, change_id: UUID) -> datetime:
    """When the conclusion was proposed."""
    return session.execute(select(ChangeRequest.made_at).where(ChangeRequest.id == change_id)).scalar_one()


def basis(session: TenantSession, row: ReviewApplication) -> dict[str, Any]:
    """Everything that a conclusion rests on, as values: scores of each expert, findings, steps, hashes of all packages."""
    sent = reviews.content(session, row)
    panel = reviews.closed_result(session, row.id, sent["items"])
    assert panel is not None, "an application at sign-off has closed sheets"
    seats, signed = reviews.seats(session, row.id), reviews.signatures(session, row)
    closed = [seat for seat in seats if seat.state == SeatState.CLOSED]
    return {
        "subject": sent["subject"], "standard": sent["standard"], "round": row.round, "self_total": sent["self_total"],
        "earned": sent["earned"], "measured": sent["measured"], "measured_on": sent["measured_on"],
        "panel_total": str(row.panel_total), "spread": str(panel.spread), "conclusion_zh": row.conclusion_zh,
        "vetoes": row.vetoes, "opinion_zh": row.opinion_zh, "opinion_by": row.opinion_by_name,
        "discussion_zh": row.discussion_zh,
        "dimensions": [
            {"name": name, "points": str(got), "full": str(full)} for name, (got, full) in panel.dimensions.items()
        ],
        "items": [
            {
                "code": i.code, "title_zh": i.title_zh, "points": str(i.points), "self_score": str(i.self_score),
                "mean": str(i.mean), "scores": [str(s) for s in i.scores], "notes": list(i.notes), "apart": i.apart,
            }
            for i in panel.items
        ],
        "sheets": [{"name": s.name_zh, "total": str(s.total), "sha256": (s.sheet_hash or b"").hex()} for s in closed],
        "recused": [{"name": s.name_zh, "reason_zh": s.reason_zh} for s in seats if s.state == SeatState.RECUSED],
        "signatures": [
            {"name": s.name_zh, "agrees": s.agrees, "dissent_zh": s.dissent_zh, "at": s.signed_at.isoformat()}
            for s in signed.values()
        ],
        "findings": [story.told() for story in rectifications.stories(session, row.assessment_id)],
        "steps": [
            {"state": s.to_state, "at": s.at.isoformat(), "by": s.by_name, "late_days": s.late_days}
            for s in reviews.steps(session, row.id)
        ],
        "packages": [
            {"kind": p.kind, "package_id": str(p.package_id), "sha256": p.body_hash.hex(), "made_at": p.made_at.isoformat()}
            for p in assessments.packages_of(session, row.assessment_id)
        ],
    }  # fmt: skip
