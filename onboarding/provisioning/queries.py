"""Runs, their steps and manifests, in the province."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Select, func, select

from kernel.db import TenantSession
from onboarding.provisioning.models import OnboardingManifest, OnboardingRun, OnboardingStep, RunState


@dataclass(frozen=True)
class Progress:
    """How many steps of a place are done."""

    done: int
    total: int


def run_with_progress(
    session: TenantSession, run_id: UUID
) -> tuple[OnboardingRun | None, bytes | None, set[int]]:
    """A run, its manifest's bytes, and the positions that are done."""
    found = session.execute(
        select(OnboardingRun, OnboardingManifest.body)
        .join(OnboardingManifest, OnboardingManifest.id == OnboardingRun.manifest_id)
        .where(OnboardingRun.id == run_id)
    ).first()
    if found is None:
        return None, None, set()
    done = select(OnboardingStep.position).where(
        OnboardingStep.run_id == run_id, OnboardingStep.done_at.is_not(None)
    )
    return found[0], found[1], set(session.scalars(done))


def run(session: TenantSession, run_id: UUID) -> OnboardingRun | None:
    """One run."""
    return session.scalar(select(OnboardingRun).where(OnboardingRun.id == run_id))


def open_run(session: TenantSession, code: str) -> OnboardingRun | None:
    """The run of that city that has not finished."""
    return session.scalar(
        select(OnboardingRun).where(OnboardingRun.code == code, OnboardingRun.state != RunState.DONE).limit(1)
    )


def runs_of(session: TenantSession, code: str) -> Sequence[OnboardingRun]:
    """Everything that was approved for a city, newest first."""
    statement = (
        select(OnboardingRun).where(OnboardingRun.code == code).order_by(OnboardingRun.id.desc()).limit(50)
    )
    return session.scalars(statement).all()


def newest_runs() -> Select[OnboardingRun]:
    """The last fifty runs of all cities."""
    return select(OnboardingRun).order_by(OnboardingRun.id.desc()).limit(50)


def steps(session: TenantSession, run_id: UUID) -> Sequence[OnboardingStep]:
    """The steps of a run in their order."""
    return session.scalars(
        select(OnboardingStep).where(OnboardingStep.run_id == run_id).order_by(OnboardingStep.position)
    ).all()


def progress_of(session: TenantSession, run_ids: Sequence[UUID]) -> dict[UUID, Progress]:
    """Steps done and in all of several runs: one query."""
    rows = session.execute(
        select(OnboardingStep.run_id, func.count(OnboardingStep.done_at), func.count())
        .where(OnboardingStep.run_id.in_(run_ids))
        .group_by(OnboardingStep.run_id)
    )
    return {run_id: Progress(done, total) for run_id, done, total in rows}


def open_progress_by_place(session: TenantSession) -> dict[str, Progress]:
    """Steps done and in all by place, of runs that have not finished: one query."""
    rows = session.execute(
        select(OnboardingStep.place_code, func.count(OnboardingStep.done_at), func.count())
        .join(OnboardingRun, OnboardingRun.id == OnboardingStep.run_id)
        .where(OnboardingRun.state != RunState.DONE)
        .group_by(OnboardingStep.place_code)
    )
    return {code: Progress(done, total) for code, done, total in rows}


def newest_manifest(session: TenantSession, code: str) -> OnboardingManifest | None:
    """The manifest that was approved last for a city."""
    return session.scalar(
        select(OnboardingManifest)
        .join(OnboardingRun, OnboardingRun.manifest_id == OnboardingManifest.id)
        .where(OnboardingManifest.code == code, OnboardingRun.kind == "apply")
        .order_by(OnboardingManifest.id.desc())
        .limit(1)
    )
