"""From metered segments to fen: pure arithmetic over cells, the same answer in whatever order messages were booked.

Cells are taken by day, carrier, category and template; tiers are filled in that order (see `billing_budget.tariffs.policy`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from billing_budget.tariffs.policy import OTHER, Basis, Tariff, to_fen


@dataclass(frozen=True, order=True)
class Cell:
    """What was metered in a day for one carrier, category and template. Segments, except `messages`."""

    day: date
    carrier: str
    category: str
    template: str
    messages: int
    submitted: int
    delivered: int


@dataclass(frozen=True, order=True)
class Key:
    """What stands on one line of a statement. `price_milli_fen` None: no tariff covers it."""

    carrier: str
    category: str
    template: str
    basis: str
    price_milli_fen: int | None


@dataclass(frozen=True)
class Line:
    """Billable segments at one price, and what they cost in whole fen."""

    key: Key
    segments: int

    @property
    def milli_fen(self) -> int:
        """The exact cost."""
        return self.segments * (self.key.price_milli_fen or 0)

    @property
    def amount_fen(self) -> int:
        """The cost as it is stated: rounded here, once."""
        return to_fen(self.milli_fen)


@dataclass(frozen=True)
class DayCost:
    """A day: messages, submitted segments, billable segments and their exact cost."""

    day: date
    messages: int
    submitted: int
    billable: int
    milli_fen: int


@dataclass(frozen=True)
class Ledger:
    """A month priced: lines in order, days in order."""

    lines: tuple[Line, ...]
    days: tuple[DayCost, ...]

    @property
    def segments(self) -> int:
        """Billable segments."""
        return sum(line.segments for line in self.lines)

    @property
    def amount_fen(self) -> int:
        """The sum of the rounded lines: what is stated."""
        return sum(line.amount_fen for line in self.lines)

    @property
    def unpriced(self) -> int:
        """Segments that no tariff covers."""
        return sum(line.segments for line in self.lines if line.key.price_milli_fen is None)

    def day(self, day: date) -> DayCost:
        """That day; zeros when nothing was metered."""
        return next((d for d in self.days if d.day == day), DayCost(day, 0, 0, 0, 0))


def priced(cells: Iterable[Cell], tariffs: Mapping[str, Tariff]) -> Ledger:
    """Price a month's cells, which must begin with its first day."""
    sums: dict[Key, int] = {}
    days: dict[date, DayCost] = {}
    billed: dict[str, int] = {}
    for cell in sorted(cells):
        tariff = tariffs.get(cell.carrier) or tariffs.get(OTHER)
        billable, exact = 0, 0
        for price, segments in _pieces(cell, tariff, billed.get(cell.carrier, 0)):
            basis = tariff.basis if tariff is not None else Basis.SUBMITTED
            key = Key(cell.carrier, cell.category, cell.template, str(basis), price)
            sums[key] = sums.get(key, 0) + segments
            billable, exact = billable + segments, exact + segments * (price or 0)
        billed[cell.carrier] = billed.get(cell.carrier, 0) + billable
        days[cell.day] = _added(days.get(cell.day), cell, billable, exact)
    lines = sorted(sums.items(), key=lambda item: _place(item[0]))
    return Ledger(tuple(Line(key, segments) for key, segments in lines), tuple(days.values()))


def _pieces(cell: Cell, tariff: Tariff | None, before: int) -> Iterable[tuple[int | None, int]]:
    if tariff is None:
        return [(None, cell.submitted)] if cell.submitted else []
    return tariff.pieces(before, tariff.billable(cell.submitted, cell.delivered))


def _added(day: DayCost | None, cell: Cell, billable: int, exact: int) -> DayCost:
    had = day or DayCost(cell.day, 0, 0, 0, 0)
    return DayCost(
        cell.day, had.messages + cell.messages, had.submitted + cell.submitted, had.billable + billable, had.milli_fen + exact
    )  # fmt: skip


def _place(key: Key) -> tuple[str, str, str, str, int]:
    price = -1 if key.price_milli_fen is None else -key.price_milli_fen
    return key.carrier, key.category, key.template, key.basis, price
