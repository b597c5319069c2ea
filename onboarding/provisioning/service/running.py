"""Carries an approved run out to its end. May be cut anywhere and called again, by whoever comes next: it converges to the same rows.

Each act is one transaction in one tenant; that it is done is noted in the province right after. An act that was done but not noted
is done again and finds nothing to write. Two runners at once wait for one another in each tenant.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, update

from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.events.bus import publish
from kernel.tenancy import tenants
from onboarding.manifests.service import City, read_city
from onboarding.provisioning import queries
from onboarding.provisioning.errors import CityNotFound, RunNotFound
from onboarding.provisioning.events import CityJoined, CityUndone
from onboarding.provisioning.models import OnboardingRun, OnboardingStep, RunKind, RunState
from onboarding.provisioning.policy import PlanLine
from onboarding.provisioning.ports import Places
from onboarding.provisioning.service.acts import ACTIVATE, OPEN, PREPARE, Act, acts_of
from onboarding.provisioning.service.planning import verify_city
from onboarding.provisioning.service.settling import activate, line_of, open_body, prepare
from tenants.registry import service as registry

Checkpoint = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """What a run came to: how many rows were written now, and what still differs."""

    run_id: UUID
    written: int
    differences: Sequence[PlanLine]


def run_to_end(places: Places, run_id: UUID, checkpoint: Checkpoint = lambda _: None) -> Outcome:
    """Carry out what is left of a run. Raises RunNotFound: there is no run without its approval.

    `checkpoint` is called between transactions, with a name for the moment; tests end the process there.
    """
    with places.inside(places.province_id, read_only=True) as session:
        run, body, done = queries.run_with_progress(session, run_id)
        if run is None or body is None:
            raise RunNotFound
        kind, state, code = run.kind, run.state, run.code
    if state == RunState.DONE:
        return Outcome(run_id, 0, ())
    if kind == RunKind.UNDO:
        return _undo(places, run_id, code)
    return _apply(places, run_id, read_city(body), done, checkpoint)


def _apply(places: Places, run_id: UUID, city: City, done: set[int], checkpoint: Checkpoint) -> Outcome:
    acts, written = list(acts_of(city)), 0
    known: dict[str, UUID] = {}
    for position, act in enumerate(acts):
        if position in done:
            continue
        checkpoint(f"{position} {act.name} {act.body.code}: before")
        if act.step is not None and not known:
            known = _ids(places)
        rows = _carry_out(places, act, known, len(acts))
        checkpoint(f"{position} {act.name} {act.body.code}: done, not noted")
        _note(places, run_id, position, rows)
        written += rows
    differences = verify_city(places, city)
    checkpoint("verified")
    _finish(places, run_id, written, len(differences))
    return Outcome(run_id, written, differences)


def _ids(places: Places) -> dict[str, UUID]:
    with places.inside(places.province_id, read_only=True) as session:
        return {code: tenant.id for code, tenant in line_of(session).items()}


def _carry_out(places: Places, act: Act, known: dict[str, UUID], steps_total: int) -> int:
    tenant_id = places.province_id if act.step is None else known[act.body.code]
    with places.alone_in(tenant_id) as session:
        written = _do(session, act, steps_total)
        if written:
            words = f"入驻步骤：{act.body.short_name_zh} {act.title_zh}"
            session.audit(f"onboarding.{act.name}", "tenant", act.body.code, words, rows=written)
        return written


def _do(session: TenantSession, act: Act, steps_total: int) -> int:
    if act.step is not None:
        return act.step.run(session, act.body)
    if act.name == PREPARE:
        return prepare(session, act.people)
    verb = {OPEN: open_body, ACTIVATE: activate}[act.name]
    return verb(session, act.body, steps_total)


def _note(places: Places, run_id: UUID, position: int, written: int) -> None:
    with places.inside(places.province_id) as session:
        session.execute(
            update(OnboardingStep)
            .where(OnboardingStep.run_id == run_id, OnboardingStep.position == position)
            .values(done_at=clock.now(), written=func.coalesce(OnboardingStep.written, 0) + written)
        )


def _finish(places: Places, run_id: UUID, written: int, differences: int) -> None:
    with places.alone_in(places.province_id) as session:
        run = session.scalars(select(OnboardingRun).where(OnboardingRun.id == run_id)).one()
        if run.state == RunState.DONE:
            return
        run.state, run.finished_at, run.differences = RunState.DONE, clock.now(), differences
        publish(session, CityJoined(run_id, run.code))
        words = f"{run.name_zh} 入驻完成" + (
            "，核验一致" if differences == 0 else f"，核验有 {differences} 处不一致"
        )
        session.audit("onboarding.applied", "city", run.code, words, rows=written, differences=differences)


def _undo(places: Places, run_id: UUID, code: str) -> Outcome:
    """Everything of the city goes in one transaction of the province, sub-centres and twins first."""
    with places.alone_in(places.province_id) as session:
        run = session.scalars(select(OnboardingRun).where(OnboardingRun.id == run_id)).one()
        if run.state == RunState.DONE:
            return Outcome(run_id, 0, ())
        ids = city_tenants(session, code)
        if not ids:
            raise CityNotFound
        removed = [
            session.scalar(select(func.k.tenant_erase(session.tenant_id, tenant_id, run.change_id)))
            for tenant_id in ids
        ]
        registry.forget(session, ids)
        facts = {"removed": removed}
        run.state, run.finished_at, run.differences, run.facts = RunState.DONE, clock.now(), 0, facts
        publish(session, CityUndone(run_id, code))
        rows = sum(sum(one["rows"].values()) for one in removed if one)
        words = f"撤销 {run.name_zh} 的入驻：移除 {len(ids)} 个机构空间、{rows} 行数据，代码停用"
        session.audit("onboarding.undone", "city", code, words, removed=removed)
    return Outcome(run_id, rows, ())


def city_tenants(session: TenantSession, code: str) -> list[UUID]:
    """Every tenant of a city in the order in which they may go: twins before what they mirror, sub-centres before their centre."""
    tree = tenants.tree(session)
    centre = next((t for t in tree if t.code == code and t.kind == "centre" and t.twin_of is None), None)
    if centre is None:
        return []
    own = [t for t in tree if t.parent_id == centre.id] + [centre]
    ids = {t.id for t in own}
    twins = [t for t in tree if t.twin_of in ids]
    twins.sort(key=lambda t: t.kind == "centre")
    return [t.id for t in (*twins, *own)]
