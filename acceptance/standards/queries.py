"""Which version is in force, and what it holds. Only the province's own versions count: nobody writes one for himself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, func, select
from sqlalchemy import cast as sql_cast

from acceptance.standards import policy
from acceptance.standards.errors import CheckNotFound, NoDraft, StandardNotFound
from acceptance.standards.models import (
    AcceptanceStandard,
    StandardCheck,
    StandardDraft,
    StandardItem,
    StandardVeto,
)
from acceptance.standards.policy import CheckRow, Content, ItemRow, VetoRow
from kernel.calendar import clock
from kernel.db import TenantSession


@dataclass(frozen=True)
class Standard:
    """One version with everything in it, in the order of the standard."""

    version: AcceptanceStandard
    items: Sequence[StandardItem]
    checks: Sequence[StandardCheck]
    vetoes: Sequence[StandardVeto]

    def checks_of(self, item_code: str) -> list[StandardCheck]:
        """The check points of one item."""
        return [check for check in self.checks if check.item_code == item_code]

    def check(self, key: str) -> StandardCheck:
        """One check point by its key (`A01.1`). Raises CheckNotFound."""
        found = next((check for check in self.checks if check.key == key), None)
        if found is None:
            raise CheckNotFound
        return found

    def item(self, code: str) -> StandardItem:
        """One item by its code. Raises CheckNotFound."""
        found = next((item for item in self.items if item.code == code), None)
        if found is None:
            raise CheckNotFound
        return found

    def check_of_indicator(self, indicator: str) -> CheckRow | None:
        """The check point that an indicator decides, as a value that outlives the transaction; None when there is none."""
        found = next((check for check in self.checks if check.indicator == indicator), None)
        return None if found is None else cast(CheckRow, _row(CheckRow, found))

    @property
    def dimensions(self) -> dict[str, Decimal]:
        """Points by dimension."""
        return policy.by_dimension(self.items, {item.code: item.points for item in self.items})

    @property
    def content(self) -> Content:
        """The same as plain values, to be edited and compared."""
        return Content(
            tuple(_row(ItemRow, item) for item in self.items),
            tuple(_row(CheckRow, check) for check in self.checks),
            tuple(_row(VetoRow, veto) for veto in self.vetoes),
        )


def versions(session: TenantSession) -> Select[AcceptanceStandard]:
    """The province's versions; the page orders them."""
    return select(AcceptanceStandard).where(_of_the_province(session))


def in_force(session: TenantSession, on: date | None = None) -> AcceptanceStandard:
    """The version in force on a day, today by default. Raises StandardNotFound before the first one. One statement."""
    statement = (
        versions(session)
        .where(AcceptanceStandard.effective_on <= (on or clock.today()))
        .order_by(AcceptanceStandard.effective_on.desc(), AcceptanceStandard.number.desc())
        .limit(1)
    )
    found = session.scalar(statement)
    if found is None:
        raise StandardNotFound
    return found


def newest(session: TenantSession) -> AcceptanceStandard:
    """The version with the highest number, also when it takes effect later. Raises StandardNotFound."""
    found = session.scalar(versions(session).order_by(AcceptanceStandard.number.desc()).limit(1))
    if found is None:
        raise StandardNotFound
    return found


def version(session: TenantSession, standard_id: UUID) -> AcceptanceStandard:
    """One version by its id. Raises StandardNotFound for an absent or foreign one alike."""
    found = session.scalar(versions(session).where(AcceptanceStandard.id == standard_id))
    if found is None:
        raise StandardNotFound
    return found


def whole(session: TenantSession, row: AcceptanceStandard) -> Standard:
    """Everything in a version: three statements."""
    items = select(StandardItem).where(StandardItem.standard_id == row.id).order_by(StandardItem.code)
    checks = select(StandardCheck).where(StandardCheck.standard_id == row.id)
    vetoes = select(StandardVeto).where(StandardVeto.standard_id == row.id).order_by(StandardVeto.code)
    return Standard(
        row,
        session.scalars(items).all(),
        session.scalars(checks.order_by(StandardCheck.item_code, StandardCheck.seq)).all(),
        session.scalars(vetoes).all(),
    )


def standard_in_force(session: TenantSession, on: date | None = None) -> Standard:
    """The whole version in force on a day. Raises StandardNotFound. Four statements."""
    return whole(session, in_force(session, on))


def draft(session: TenantSession) -> StandardDraft | None:
    """What this tenant is writing; None when nothing is."""
    return session.scalar(select(StandardDraft))


def open_draft(session: TenantSession) -> StandardDraft:
    """The draft. Raises NoDraft."""
    found = draft(session)
    if found is None:
        raise NoDraft
    return found


def _of_the_province(session: TenantSession) -> Any:
    line = sql_cast(select(func.k.cur_line(str(session.scope.role))).scalar_subquery(), ARRAY(Uuid))
    return func.array_position(line, AcceptanceStandard.tenant_id) == func.cardinality(line)


def _row(kind: Any, row: Any) -> Any:
    return kind(**{name: getattr(row, name) for name in kind.__dataclass_fields__})
