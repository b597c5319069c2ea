"""Rules of the panel: quorum, spread, clocks, the opinion's figures. Pure. Figures are defaults of this platform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from acceptance.assessments.policy import scoring
from acceptance.assessments.policy.states import LIMITS
from kernel.calendar.working_days import WorkingDays

QUORUM = 2
SPREAD = Decimal(10)
SPREAD_NOTE_ZH = "各专家总分相差超过 10 分的，须合议或增加一名专家；单项相差超过该项分值 30% 的予以标注。以上为本平台默认值。"
ITEM_SPREAD = Decimal("0.3")
DEVIATION = Decimal(10)
EXPERT = "expert"


@dataclass(frozen=True)
class ItemResult:
    """One item over all closed sheets."""

    code: str
    title_zh: str
    dimension_zh: str
    points: Decimal
    self_score: Decimal
    scores: tuple[Decimal, ...]
    notes: tuple[str, ...]

    @property
    def mean(self) -> Decimal:
        """The panel's points."""
        return scoring.mean(self.scores)

    @property
    def apart(self) -> bool:
        """Whether the experts are far apart on it."""
        return max(self.scores) - min(self.scores) > self.points * ITEM_SPREAD


@dataclass(frozen=True)
class PanelResult:
    """What the closed sheets say together."""

    items: tuple[ItemResult, ...]
    totals: tuple[Decimal, ...]

    @property
    def total(self) -> Decimal:
        """The sum of the items' means."""
        return sum((item.mean for item in self.items), Decimal(0))

    @property
    def spread(self) -> Decimal:
        """Between the highest and the lowest sheet."""
        return max(self.totals) - min(self.totals)

    @property
    def dimensions(self) -> dict[str, tuple[Decimal, Decimal]]:
        """(points, full points) by dimension."""
        rows = [{"dimension_zh": i.dimension_zh, "points": i.points, "mean": i.mean} for i in self.items]
        return scoring.by_dimension(rows, "mean")

    def conclusion(self, vetoed: bool) -> str:
        """The band."""
        return scoring.band(self.total, self.dimensions, vetoed)


def result(
    items: Sequence[Mapping[str, Any]], sheets: Sequence[Mapping[str, tuple[Decimal, str]]]
) -> PanelResult:
    """From the items of the package and each closed sheet ({item: (points, note)})."""
    found = tuple(
        ItemResult(
            item["code"], item["title_zh"], item["dimension_zh"], Decimal(item["points"]), Decimal(item["self_score"] or 0),
            tuple(sheet[item["code"]][0] for sheet in sheets), tuple(sheet[item["code"]][1] for sheet in sheets),
        )
        for item in items
    )  # fmt: skip
    totals = tuple(sum((points for points, _ in sheet.values()), Decimal(0)) for sheet in sheets)
    return PanelResult(found, totals)


def due_on(state: str, today: date, calendar: WorkingDays) -> date | None:
    """Until when a state should be left; None when nothing waits. A day that is none of work moves to the next one."""
    if state not in LIMITS:
        return None
    days, working = LIMITS[state]
    return calendar.add(today, days) if working else calendar.this_or_next(today + timedelta(days=days))


def days_left(due: date | None, today: date, calendar: WorkingDays) -> int | None:
    """Working days until the day; negative when it passed."""
    return None if due is None else calendar.between(today, due)


def days_late(due: date | None, today: date, calendar: WorkingDays) -> int:
    """Working days after the day."""
    return 0 if due is None or today <= due else calendar.between(due, today)
