"""Scores of a sheet: what was measured, what may still be claimed, totals, bands. Pure. Bands are defaults of this platform."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")
PASS_TOTAL = Decimal(70)
DIMENSION_SHARE = Decimal("0.6")
BANDS: tuple[tuple[str, Decimal], ...] = (
    ("优秀", Decimal(90)),
    ("良好", Decimal(80)),
    ("合格", PASS_TOTAL),
)
FAILED_ZH = "不合格"
CONCLUSIONS = (*(name for name, _ in BANDS), FAILED_ZH)
BANDS_NOTE_ZH = (
    "90 分以上为优秀，80 分以上为良好，70 分以上为合格，且各部分得分不低于该部分分值的 60%；"
    "有否决情形的为不合格。以上为本平台默认值，可修改，不是官方标准。"
)


@dataclass(frozen=True)
class Ceiling:
    """How an item's points divide: `earned` of `measured` points by computation; the `rest` people must show. `most` may be claimed."""

    earned: Decimal
    measured: Decimal
    rest: Decimal

    @property
    def most(self) -> Decimal:
        """What was measured can't be claimed beyond its result."""
        return self.earned + self.rest


def ceiling(points: Decimal, checks: Iterable[Mapping[str, Any]]) -> Ceiling:
    """From an item's points and its frozen check points."""
    values = [check for check in checks if check["state"] == "value"]
    earned = sum((Decimal(check["points"]) for check in values), Decimal(0))
    measured = sum((Decimal(check["max"]) for check in values), Decimal(0))
    return Ceiling(earned, measured, Decimal(points) - measured)


def band(total: Decimal, dimensions: Mapping[str, tuple[Decimal, Decimal]], vetoed: bool) -> str:
    """The conclusion in a word. `dimensions`: (points, full points) by name."""
    if vetoed or any(got < full * DIMENSION_SHARE for got, full in dimensions.values()):
        return FAILED_ZH
    return next((name for name, least in BANDS if total >= least), FAILED_ZH)


def mean(values: Sequence[Decimal]) -> Decimal:
    """With two places, half up. ZeroDivisionError without values."""
    return (sum(values, Decimal(0)) / len(values)).quantize(CENT, ROUND_HALF_UP)


def by_dimension(items: Iterable[Mapping[str, Any]], key: str) -> dict[str, tuple[Decimal, Decimal]]:
    """(points, full points) of each dimension over items of a package; `key` names what is summed."""
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for item in items:
        got, full = sums.get(item["dimension_zh"], (Decimal(0), Decimal(0)))
        sums[item["dimension_zh"]] = (got + Decimal(item[key] or 0), full + Decimal(item["points"]))
    return sums
