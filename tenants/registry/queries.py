"""Rows of the registry: the province's list and a body's own facts."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, case, func, select

from kernel.db import TenantSession
from tenants.registry.models import CentreProfile, RegisteredCentre, SourcedFigure

SORTS = {
    "code": RegisteredCentre.code,
    "name": RegisteredCentre.name_zh,
    "mode": RegisteredCentre.build_mode,
    "status": RegisteredCentre.status,
    "depositors": RegisteredCentre.depositors,
    "joined": RegisteredCentre.joined_at,
    "progress": RegisteredCentre.steps_done,
}


def registered(
    *,
    text: str = "",
    kind: str = "",
    build_mode: str = "",
    status: str = "",
    plug_state: str = "",
    fictional: bool | None = None,
    sort: str = "code",
    descending: bool = False,
) -> Select[RegisteredCentre]:
    """The province's bodies that match; by code a sub-centre stands below its centre, whatever its own code is."""
    statement = select(RegisteredCentre)
    if text:
        named = RegisteredCentre.name_zh.contains(text, autoescape=True)
        statement = statement.where(named | RegisteredCentre.code.icontains(text, autoescape=True))
    wanted = {"kind": kind, "build_mode": build_mode, "status": status, "plug_state": plug_state}
    for name, value in wanted.items():
        if value:
            statement = statement.where(getattr(RegisteredCentre, name) == value)
    if fictional is not None:
        statement = statement.where(RegisteredCentre.fictional.is_(fictional))
    if sort == "code":
        below = case((RegisteredCentre.kind == "centre", 0), else_=1)
        first = RegisteredCentre.city_code.desc() if descending else RegisteredCentre.city_code.asc()
        return statement.order_by(first, below, RegisteredCentre.code)
    column = SORTS[sort]
    return statement.order_by(
        (column.desc() if descending else column.asc()).nulls_last(), RegisteredCentre.code
    )


def by_code(session: TenantSession, code: str) -> RegisteredCentre | None:
    """The body with that code."""
    return session.scalar(select(RegisteredCentre).where(RegisteredCentre.code == code))


def of_city(session: TenantSession, city_code: str) -> Sequence[RegisteredCentre]:
    """A centre and its independent sub-centres, the centre first."""
    statement = registered().where(RegisteredCentre.city_code == city_code)
    return session.scalars(statement).all()


def profile(session: TenantSession) -> CentreProfile | None:
    """The acting tenant's own profile."""
    return session.scalar(select(CentreProfile).where(CentreProfile.tenant_id == session.tenant_id))


def figures(session: TenantSession) -> Sequence[SourcedFigure]:
    """The acting tenant's sourced figures, newest period first."""
    return session.scalars(
        select(SourcedFigure).order_by(SourcedFigure.code, SourcedFigure.period.desc())
    ).all()


def totals(session: TenantSession) -> dict[str, int]:
    """Counts over the whole list for the cards of the province's first page: one query."""
    row = session.execute(
        select(
            func.count().label("bodies"),
            func.count().filter(RegisteredCentre.kind == "centre").label("centres"),
            func.count().filter(RegisteredCentre.kind == "sub_centre").label("sub_centres"),
            func.count().filter(RegisteredCentre.status == "active").label("active"),
            func.count().filter(RegisteredCentre.plug_state == "plugged_in").label("plugged_in"),
            func.count()
            .filter(RegisteredCentre.kind == "centre", RegisteredCentre.build_mode == "provincial_shared")
            .label("shared"),
            func.count().filter(RegisteredCentre.fictional.is_(True)).label("fictional"),
            func.count()
            .filter(RegisteredCentre.kind == "centre", RegisteredCentre.depositors.is_not(None))
            .label("with_figures"),
        )
    ).one()
    return {name: int(value) for name, value in row._mapping.items()}
