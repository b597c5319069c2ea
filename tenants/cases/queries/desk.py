"""The clerk's desk: what waits, nearest due first, narrowed to the clerk's own 管理部 where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.identity.actor import Actor
from kernel.tenancy.models import OrgUnit, UnitKind
from kernel.web.keyset import Key, Position, Slice, take
from tenants.cases.errors import CaseNotFound
from tenants.cases.models import FAR, CaseState, ServiceCase
from tenants.cases.policy.states import CLOCK_RUNS, DESK

_LIMITING = (UnitKind.BRANCH, UnitKind.MANAGED_SUB_CENTRE)


@dataclass(frozen=True)
class CaseFilter:
    """What the list is narrowed to. `view`: desk (what waits for clerks), mine, overdue, or all; `state` overrides."""

    view: str = "desk"
    state: str = ""
    item_code: str = ""
    number: str = ""
    unit_id: UUID | None = None


def unit_limit(session: TenantSession, actor: Actor) -> UUID | None:
    """The unit to whose cases a clerk is limited: a 管理部 or a managed sub-centre; None for the whole centre."""
    if actor.unit_id is None:
        return None
    kind = session.scalar(select(OrgUnit.kind).where(OrgUnit.id == actor.unit_id))
    return actor.unit_id if kind in _LIMITING else None


def clerk_case(session: TenantSession, actor: Actor, case_id: UUID) -> ServiceCase:
    """One handed-in case that this clerk may see. Raises CaseNotFound: drafts are the applicant's own."""
    case = session.scalar(
        select(ServiceCase).where(ServiceCase.id == case_id, *_seen(unit_limit(session, actor)))
    )
    if case is None:
        raise CaseNotFound
    return case


def work_list(
    session: TenantSession,
    actor: Actor,
    wanted: CaseFilter,
    *,
    size: int = 20,
    position: Position | None = None,
) -> tuple[Slice, int]:
    """A page of cases, the nearest due first (all of them: the newest first), and how many there are."""
    rules = [*_seen(unit_limit(session, actor)), *_narrowed(actor, wanted)]
    first = (
        Key(ServiceCase.submitted_at, "submitted_at", True)
        if wanted.view == "all"
        else Key(func.coalesce(ServiceCase.due_on, FAR), "due_key")
    )
    keys = (first, Key(ServiceCase.id, "id"))
    found = take(session, select(ServiceCase).where(*rules), keys, size=size, position=position)
    count = session.scalar(select(func.count()).select_from(ServiceCase).where(*rules))
    return found, count or 0


def work_counts(session: TenantSession, actor: Actor) -> dict[str, int]:
    """How many wait, are mine, are overdue; one query after the unit's."""
    views = ("desk", "mine", "overdue")
    filtered = [func.count().filter(*_narrowed(actor, CaseFilter(view=view))).label(view) for view in views]
    row = session.execute(
        select(*filtered).select_from(ServiceCase).where(*_seen(unit_limit(session, actor)))
    ).one()
    return {view: getattr(row, view) for view in views}


def next_of_desk(session: TenantSession, actor: Actor, after: UUID) -> UUID | None:
    """The case that waits longest besides this one: what opens next."""
    rules = [*_seen(unit_limit(session, actor)), *_narrowed(actor, CaseFilter())]
    statement = (
        select(ServiceCase.id)
        .where(*rules, ServiceCase.id != after)
        .order_by(func.coalesce(ServiceCase.due_on, FAR), ServiceCase.id)
    )
    return session.scalar(statement.limit(1))


def item_choices(session: TenantSession) -> Sequence[tuple[str, str]]:
    """The items of which there are cases: code and name."""
    mine = ServiceCase
    statement = select(mine.item_code, func.max(mine.item_name_zh)).group_by(mine.item_code)
    return [(row[0], f"{row[0]} {row[1]}") for row in session.execute(statement.order_by(mine.item_code))]


def unit_choices(session: TenantSession) -> Sequence[tuple[str, str]]:
    """The units that handle cases: id and name."""
    statement = select(OrgUnit.id, OrgUnit.name_zh).where(
        OrgUnit.kind.in_(_LIMITING), OrgUnit.closed_at.is_(None)
    )
    return [(str(row.id), row.name_zh) for row in session.execute(statement.order_by(OrgUnit.code))]


def _seen(unit_id: UUID | None) -> list[ColumnElement[bool]]:
    seen: list[ColumnElement[bool]] = [ServiceCase.submitted_at.is_not(None)]
    return seen if unit_id is None else [*seen, ServiceCase.unit_id == unit_id]


def _narrowed(actor: Actor, wanted: CaseFilter) -> list[Any]:
    rules: list[Any] = []
    if wanted.state:
        rules.append(ServiceCase.state == wanted.state)
    elif wanted.view == "desk":
        rules.append(ServiceCase.state.in_(DESK))
    elif wanted.view == "mine":
        rules += [
            ServiceCase.taken_person_id == actor.person_id,
            ServiceCase.state.in_((CaseState.IN_REVIEW, CaseState.SUPPLEMENT)),
        ]
    elif wanted.view == "overdue":
        rules += [ServiceCase.state.in_(CLOCK_RUNS), ServiceCase.due_on < clock.today()]
    if wanted.item_code:
        rules.append(ServiceCase.item_code == wanted.item_code)
    if wanted.number:
        rules.append(ServiceCase.number.startswith(wanted.number, autoescape=True))
    if wanted.unit_id is not None:
        rules.append(ServiceCase.unit_id == wanted.unit_id)
    return rules
