"""Runs as pages and the interface show them: plain values in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from kernel.db import TenantSession
from onboarding.provisioning import queries
from onboarding.provisioning.models import RUN_KIND_ZH, RUN_STATE_ZH, OnboardingRun, RunKind, RunState


@dataclass(frozen=True)
class StepView:
    """One step of a run."""

    title_zh: str
    place_code: str
    place_zh: str
    written: int | None
    done_at: datetime | None


@dataclass(frozen=True)
class RunView:
    """A run with how far it is."""

    id: UUID
    change_id: UUID
    code: str
    name_zh: str
    kind: str
    kind_zh: str
    state: str
    state_zh: str
    maker_zh: str
    checker_zh: str
    approved_at: datetime
    finished_at: datetime | None
    differences: int | None
    facts: dict[str, Any]
    done: int
    total: int

    @property
    def finished(self) -> bool:
        return self.state == RunState.DONE


def run_view(session: TenantSession, run_id: UUID) -> tuple[RunView, list[StepView]] | None:
    """A run and its steps; None when there is no such run."""
    run = queries.run(session, run_id)
    if run is None:
        return None
    steps = [
        StepView(s.title_zh, s.place_code, s.place_zh, s.written, s.done_at)
        for s in queries.steps(session, run.id)
    ]
    return _view(run, sum(s.done_at is not None for s in steps), len(steps)), steps


def runs_of(session: TenantSession, code: str = "") -> Sequence[RunView]:
    """The last fifty runs, of one city or of all, newest first: two statements."""
    runs = queries.runs_of(session, code) if code else session.scalars(queries.newest_runs()).all()
    counted = queries.progress_of(session, [run.id for run in runs])
    none = queries.Progress(0, 0)
    return [_view(run, counted.get(run.id, none).done, counted.get(run.id, none).total) for run in runs]


def open_progress(session: TenantSession) -> dict[str, tuple[int, int]]:
    """Steps done and in all by body, of runs under way."""
    return {code: (p.done, p.total) for code, p in queries.open_progress_by_place(session).items()}


def _view(run: OnboardingRun, done: int, total: int) -> RunView:
    state = RunState.RUNNING if run.state == RunState.APPROVED and done else RunState(run.state)
    return RunView(
        run.id, run.change_id, run.code, run.name_zh, run.kind, RUN_KIND_ZH[RunKind(run.kind)], state,
        RUN_STATE_ZH[state], run.maker_zh, run.checker_zh, run.approved_at, run.finished_at, run.differences,
        run.facts, done, total,
    )  # fmt: skip
