"""What indicators read, each thing at most once for all of them: the number of statements does not depend on rows or indicators."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property

from acceptance.facts import queries as facts
from acceptance.indicators.policy import Indicator, Span, Window, span
from kernel.calendar import clock
from kernel.db import TenantSession
from kernel.tenancy import tenants
from kernel.tenancy.tenants import Tenant
from tenants.catalogue import queries as catalogue
from tenants.catalogue.models import ServiceItemRevision
from tenants.channels import queries as channels
from tenants.channels.queries import Openness


@dataclass(frozen=True)
class Cell:
    """A sum of a window. `month` is the first day of the calendar month it belongs to."""

    month: date
    kind: str
    channel: str
    dims: frozenset[tuple[str, str]]
    synthetic: bool
    value: int


@dataclass
class Total:
    """A sum with whether synthetic rows are in it."""

    value: int
    synthetic: bool


@dataclass
class Reading:
    """One look at a tenant on one day. `window` is that of the indicator being computed."""

    session: TenantSession
    on: date
    window: Window = Window.NOW
    _cells: dict[Span, list[Cell]] = field(default_factory=dict)

    def for_(self, found: Indicator) -> Reading:
        """The same reading, set to an indicator's window."""
        self.window = found.window
        return self

    @property
    def span(self) -> Span:
        """The days of the window."""
        return span(self.window, self.on)

    @property
    def moment(self) -> datetime:
        """When live rows are looked at: now, or the end of an earlier day."""
        if self.on >= clock.today():
            return clock.now()
        return datetime.combine(self.on + timedelta(days=1), time(), clock.LOCAL)

    @cached_property
    def tenant(self) -> Tenant:
        """The acting tenant."""
        return self.around[0]

    @cached_property
    def around(self) -> list[Tenant]:
        """The acting tenant, then its line and everything below it."""
        found = tenants.tree(self.session)
        return sorted(found, key=lambda t: t.id != self.session.tenant_id)

    @cached_property
    def items(self) -> dict[str, ServiceItemRevision]:
        """Items in force, by code."""
        return catalogue.in_force(self.session, self.moment)

    @cached_property
    def public_items(self) -> list[ServiceItemRevision]:
        """Items in force for people outside."""
        return [row for row in self.items.values() if row.item.public]

    @cached_property
    def openness(self) -> Openness:
        """Channels, switches and stops."""
        return channels.openness(self.session, self.moment)

    def open_on(self, row: ServiceItemRevision, wanted: Collection[str]) -> bool:
        """Whether an item can be used on one of these channels."""
        return any(c in wanted and self.openness.open(row.code, c) for c in row.channels)

    @property
    def cells(self) -> list[Cell]:
        """The window's sums, read once for each window."""
        wanted = self.span
        if wanted not in self._cells:
            rows = facts.sums(self.session, wanted.first, wanted.last)
            self._cells[wanted] = [
                Cell(r.month, r.measure, r.channel, _pairs(r.dims), r.origin == "synthetic", int(r.value))
                for r in rows
            ]
        return self._cells[wanted]

    def total(self, *kinds: str, **dims: Collection[str]) -> Total:
        """The sum of these kinds in the window; `business=("提取",)` narrows a dimension."""
        mine = [cell for cell in self.cells if cell.kind in kinds and _matches(cell, dims)]
        return Total(sum(cell.value for cell in mine), any(cell.synthetic for cell in mine))

    def months_with(self, *kinds: str, **dims: Collection[str]) -> Total:
        """In how many calendar months of the window there is something."""
        mine = [cell for cell in self.cells if cell.kind in kinds and cell.value and _matches(cell, dims)]
        return Total(len({cell.month for cell in mine}), any(cell.synthetic for cell in mine))


def _pairs(dims: str) -> frozenset[tuple[str, str]]:
    pairs = (part.partition("=") for part in dims.split(";") if part)
    return frozenset((name, value) for name, _, value in pairs)


def _matches(cell: Cell, wanted: dict[str, Collection[str]]) -> bool:
    for name, values in wanted.items():
        if name == "channel":
            if cell.channel not in values:
                return False
        elif not any((name, value) in cell.dims for value in values):
            return False
    return True
