"""Prices and what segments cost: integers from end to end.

Decision (units and rounding). A billable segment usually costs a fraction of a fen (3.5 fen), so prices are whole **milli-fen**
(1 fen = 1000; 3.5 fen = 3500) and sums stay in milli-fen until the one place where money is stated: a line of a statement, which is
rounded to whole fen, half up, once. A total is the sum of its rounded lines, so that whoever adds the column up gets the total. Rounding
can therefore differ from the exact sum by at most half a fen a line; days are stated in exact milli-fen and never rounded.

Decision (tiers). Tiers are cumulative (超额累进): a tier's price holds for the segments above its beginning, counted per tenant, carrier
and month in the order of days. A day's cost depends on that day and the days before it only, so computing it again gives the same fen.
A tariff begins on the first of a month, so no month has two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

MILLI = 1000
MAX_PRICE = 100 * MILLI
MAX_START = 10**9
MAX_TIERS = 4
OTHER = "other"
CARRIER_ZH: Mapping[str, str] = {
    "cmcc": "中国移动",
    "cucc": "中国联通",
    "ctcc": "中国电信",
    "cbn": "中国广电",
    OTHER: "其他通道",
}
"""Carriers with tariffs of their own; any other one is priced as `other`."""


class Basis(StrEnum):
    """Which segments a carrier bills."""

    SUBMITTED = "submitted"
    DELIVERED = "delivered"


BASIS_ZH = {Basis.SUBMITTED: "按提交计费", Basis.DELIVERED: "按送达计费"}


@dataclass(frozen=True)
class Tier:
    """`price_milli_fen` holds for the segments of a month after the first `start`."""

    start: int
    price_milli_fen: int


@dataclass(frozen=True)
class Tariff:
    """What one carrier's segments cost from the month of `valid_from` on."""

    carrier: str
    basis: Basis
    number: int
    valid_from: date
    tiers: tuple[Tier, ...]
    origin: str = "change"

    def billable(self, submitted: int, delivered: int) -> int:
        """The segments that this carrier bills."""
        return submitted if self.basis is Basis.SUBMITTED else delivered

    def pieces(self, before: int, segments: int) -> Iterator[tuple[int, int]]:
        """(price, segments) of the next `segments` when `before` were billed already this month. Their sum is `segments`."""
        ends = [tier.start for tier in self.tiers[1:]] + [None]
        at, last = before, before + segments
        for tier, end in zip(self.tiers, ends, strict=True):
            upto = last if end is None else min(last, end)
            if upto > at:
                yield tier.price_milli_fen, upto - at
                at = upto


def to_fen(milli_fen: int) -> int:
    """Whole fen, half up. Amounts are never negative here."""
    return (milli_fen + MILLI // 2) // MILLI


def price_of(text: str) -> int:
    """Milli-fen from what a person types in fen, such as `3.5`. ValueError when it is none, finer than 0.001, or dear beyond reason."""
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3})?", text.strip()):
        raise ValueError("a price has at most three decimals")
    price = int(Decimal(text.strip()) * MILLI)
    if price > MAX_PRICE:
        raise ValueError("a segment costs less than one yuan")
    return price


def price_text(milli_fen: int) -> str:
    """`3.5` from 3500: fen with as many decimals as it has."""
    whole, rest = divmod(milli_fen, MILLI)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".") if rest else str(whole)


def carrier_zh(code: str) -> str:
    """A carrier's name; what has no tariff of its own is an other one."""
    return CARRIER_ZH.get(code, CARRIER_ZH[OTHER])


def tiers_of(stored: Sequence[Mapping[str, Any]]) -> tuple[Tier, ...]:
    """Tiers from their stored form."""
    return tuple(Tier(int(t["start"]), int(t["price_milli_fen"])) for t in stored)


def tiers_zh(tiers: Sequence[Tier]) -> str:
    """Tiers as one line that a person reads."""
    words = []
    for tier, following in zip(tiers, [*tiers[1:], None], strict=True):
        price = f"{price_text(tier.price_milli_fen)} 分/条"
        if following is None:
            words.append(price if tier.start == 0 else f"超过 {tier.start:,} 条的部分 {price}")
        else:
            span = (
                f"{following.start:,} 条以内"
                if tier.start == 0
                else f"{tier.start:,} 至 {following.start:,} 条"
            )
            words.append(f"{span} {price}")
    return "；".join(words)


def check(tariff: Tariff, today: date, first_of_carrier: bool) -> dict[str, list[str]]:
    """What is wrong, by field. A tariff begins next month at the earliest, unless the carrier has none yet."""
    wrong: dict[str, list[str]] = {}
    if tariff.carrier not in CARRIER_ZH:
        wrong["carrier"] = ["请选择列表中的运营商。"]
    starts = [tier.start for tier in tariff.tiers]
    if (
        not 1 <= len(starts) <= MAX_TIERS
        or starts[0] != 0
        or starts != sorted(set(starts))
        or starts[-1] > MAX_START
    ):
        wrong["start_2"] = ["各档的起点须逐档增大。"]
    if any(not 0 <= tier.price_milli_fen <= MAX_PRICE for tier in tariff.tiers):
        wrong["price_1"] = ["单价须在 0 至 100 分之间。"]
    earliest = today.replace(day=1) if first_of_carrier else following_month(today)
    if tariff.valid_from.day != 1 or not earliest <= tariff.valid_from <= date(today.year + 3, 12, 1):
        wrong["month"] = [f"资费按整月执行，最早可从 {earliest:%Y-%m} 起。"]
    return wrong


def following_month(day: date) -> date:
    """The first day of the next month."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


DEFAULT_NOTE_ZH = "平台默认值，用于演示；签订合同后请按合同调整"
DEFAULTS: tuple[tuple[str, Basis, tuple[Tier, ...]], ...] = (
    ("cmcc", Basis.SUBMITTED, (Tier(0, 3500), Tier(500_000, 3300), Tier(2_000_000, 3000))),
    ("cucc", Basis.DELIVERED, (Tier(0, 3600), Tier(500_000, 3400))),
    ("ctcc", Basis.DELIVERED, (Tier(0, 3600), Tier(500_000, 3400))),
    (OTHER, Basis.SUBMITTED, (Tier(0, 3500),)),
)
"""Ours, within what government contracts say (domain page, 3 to 5 fen): data that the province edits, labelled as default."""
