"""Verbs of the registry. They flush and leave the audit event to the caller: each is a part of a step that joins a body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from kernel.db import TenantSession
from tenants.registry import queries
from tenants.registry.models import CentreProfile, RegisteredCentre, SourcedFigure


@dataclass(frozen=True)
class Figure:
    """A published figure: `value` in `unit_zh`, for `period`, found in `source_zh` as of `as_of`."""

    code: str
    label_zh: str
    value: Decimal
    unit_zh: str
    period: str
    source_zh: str
    as_of: date

    @property
    def words(self) -> str:
        """One sentence with everything that belongs to it."""
        return f"{self.label_zh} {self.value.normalize():f} {self.unit_zh}（{self.period}，{self.source_zh}）"

    def stored(self) -> dict[str, Any]:
        """As JSON values."""
        return {**vars(self), "value": str(self.value), "as_of": self.as_of.isoformat()}


@dataclass(frozen=True)
class Profile:
    """The public facts of a body."""

    code: str
    name_zh: str
    short_name_zh: str
    legal_entity_zh: str
    build_mode: str
    own_app: bool
    fictional: bool
    consolidates_into: str | None
    contact_zh: str
    notes: tuple[Mapping[str, str], ...]


def profile_of(session: TenantSession) -> Profile | None:
    """The acting tenant's own profile."""
    row = queries.profile(session)
    if row is None:
        return None
    values = {name: getattr(row, name) for name in Profile.__dataclass_fields__ if name != "notes"}
    return Profile(**values, notes=tuple(row.notes))


def put_profile(session: TenantSession, wanted: Profile) -> bool:
    """Make the acting tenant's profile equal to `wanted`; False when it was."""
    if profile_of(session) == wanted:
        return False
    row = queries.profile(session)
    values = {**vars(wanted), "notes": [dict(n) for n in wanted.notes]}
    if row is None:
        session.add(CentreProfile(**values))
    else:
        for name, value in values.items():
            setattr(row, name, value)
    session.flush()
    return True


def figures_of(session: TenantSession) -> tuple[Figure, ...]:
    """The acting tenant's sourced figures."""
    return tuple(
        Figure(f.code, f.label_zh, f.amount.normalize(), f.unit_zh, f.period, f.source_zh, f.source_on)
        for f in queries.figures(session)
    )


def put_figures(session: TenantSession, wanted: Sequence[Figure]) -> int:
    """Make the acting tenant's figures equal to `wanted`; returns how many were written or removed."""
    there = {(f.code, f.period): f for f in figures_of(session)}
    asked = {(f.code, f.period): f for f in wanted}
    stale = [key for key, figure in there.items() if asked.get(key) != figure]
    fresh = [figure for key, figure in asked.items() if there.get(key) != figure]
    if stale:
        gone = [row.id for row in queries.figures(session) if (row.code, row.period) in stale]
        session.execute(delete(SourcedFigure).where(SourcedFigure.id.in_(gone)))
    session.add_all(
        SourcedFigure(
            code=f.code, label_zh=f.label_zh, amount=f.value, unit_zh=f.unit_zh, period=f.period,
            source_zh=f.source_zh, source_on=f.as_of,
        )
        for f in fresh
    )  # fmt: skip
    session.flush()
    return len({*stale, *((f.code, f.period) for f in fresh)})


def register(session: TenantSession, values: Mapping[str, Any]) -> bool:
    """In the province tenant: make the row of a body (by `code`) hold `values`; False when it did."""
    row = queries.by_code(session, values["code"])
    if row is None:
        session.add(RegisteredCentre(**values))
        session.flush()
        return True
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    session.flush()
    return bool(changed)


def registered_values(session: TenantSession, code: str) -> dict[str, Any] | None:
    """The province's row of that body as plain values."""
    row = queries.by_code(session, code)
    return None if row is None else {c.key: getattr(row, c.key) for c in RegisteredCentre.__table__.columns}


def registered_city(session: TenantSession, city_code: str) -> list[dict[str, Any]]:
    """The province's rows of a centre and its sub-centres, the centre first."""
    columns = [c.key for c in RegisteredCentre.__table__.columns]
    return [{name: getattr(row, name) for name in columns} for row in queries.of_city(session, city_code)]


@dataclass(frozen=True)
class Wanted:
    """Which bodies of the province's list, and in which order."""

    text: str = ""
    kind: str = ""
    build_mode: str = ""
    status: str = ""
    plug_state: str = ""
    fictional: bool | None = None
    sort: str = "code"
    descending: bool = False


SORTS = tuple(queries.SORTS)


def listed(session: TenantSession, wanted: Wanted) -> list[dict[str, Any]]:
    """The province's bodies that match: one statement; a province has some dozens of them, so there is one page."""
    columns = [c.key for c in RegisteredCentre.__table__.columns]
    rows = session.scalars(queries.registered(**vars(wanted)).limit(1000))
    return [{name: getattr(row, name) for name in columns} for row in rows]


def totals(session: TenantSession) -> dict[str, int]:
    """Counts over all bodies of the province: one statement."""
    return queries.totals(session)


def forget(session: TenantSession, subject_ids: Sequence[UUID]) -> int:
    """In the province tenant: remove the rows of bodies that were undone."""
    gone = session.scalars(
        select(RegisteredCentre.id).where(RegisteredCentre.subject_id.in_(subject_ids))
    ).all()
    if gone:
        session.execute(delete(RegisteredCentre).where(RegisteredCentre.id.in_(gone)))
    return len(gone)
