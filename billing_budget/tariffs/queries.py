"""Tariffs in force and their history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on

from billing_budget.tariffs.models import SmsTariff
from billing_budget.tariffs.policy import Basis, Tariff, tiers_of
from kernel.db import TenantSession

SHOWN = 100


def revisions(session: TenantSession) -> Sequence[SmsTariff]:
    """Every carrier's revisions that this tenant sees, newest first."""
    statement = select(SmsTariff).order_by(
        SmsTariff.valid_from.desc(), SmsTariff.number.desc(), SmsTariff.carrier
    )
    return session.scalars(statement.limit(SHOWN)).all()


def in_month(session: TenantSession, month: date) -> Mapping[str, Tariff]:
    """Each carrier's tariff in the month that begins on `month`."""
    return {row.carrier: value(row) for row in rows_in_month(session, month)}


def rows_in_month(session: TenantSession, month: date) -> Sequence[SmsTariff]:
    """The rows in force in that month, by carrier: the highest number among those that began by then."""
    statement = (
        select(SmsTariff)
        .ext(distinct_on(SmsTariff.carrier))
        .where(SmsTariff.valid_from <= month)
        .order_by(SmsTariff.carrier, SmsTariff.number.desc())
    )
    return session.scalars(statement).all()


def among(rows: Sequence[SmsTariff], month: date) -> Mapping[str, Tariff]:
    """The same as `in_month`, from rows that are read already."""
    found = sorted((r for r in rows if r.valid_from <= month), key=lambda row: row.number)
    return {row.carrier: value(row) for row in found}


def newest_number(session: TenantSession, carrier: str) -> int:
    """The highest number of that carrier in this tenant; 0 when it has none."""
    mine = select(func.max(SmsTariff.number)).where(
        SmsTariff.tenant_id == session.tenant_id, SmsTariff.carrier == carrier
    )
    return session.scalar(mine) or 0


def value(row: SmsTariff) -> Tariff:
    """A row as the value that prices are computed with."""
    return Tariff(row.carrier, Basis(row.basis), row.number, row.valid_from, tiers_of(row.tiers), row.origin)
