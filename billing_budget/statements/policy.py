"""What a statement says, and its exact bytes. Everything shown, exported or handed up is read from those bytes.

Amounts are whole fen, prices and days are milli-fen (see `billing_budget.tariffs.policy` on units and rounding).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

import msgspec

from billing_budget.metering.policy import Ledger
from billing_budget.tariffs.policy import Tariff, following_month

KIND = "gjj.sms_statement.v1"
ROUNDING_ZH = "每行金额按段数乘单价计算，四舍五入到分一次；合计为各行金额之和。"
CATEGORY_ZH: Mapping[str, str] = {
    "OTP": "验证码",
    "NOTICE": "业务通知",
    "QUERY_REPLY": "查询回复",
    "POLICY": "政策信息",
}
State = Literal["open", "issued"]
STATE_ZH: Mapping[str, str] = {"open": "未出具", "issued": "已出具"}


class Payer(msgspec.Struct, frozen=True):
    """Whose statement it is."""

    id: str
    code: str
    name_zh: str
    kind: str
    fictional: bool


class PricedLine(msgspec.Struct, frozen=True):
    """Segments at one price. `template_zh` is empty where its name is unknown; no price: no tariff covers it."""

    carrier: str
    category: str
    template: str
    template_zh: str
    basis: str
    price_milli_fen: int | None
    segments: int
    amount_fen: int


class Day(msgspec.Struct, frozen=True):
    """A day of the month, exact."""

    day: str
    messages: int
    submitted: int
    billable: int
    milli_fen: int


class TariffUsed(msgspec.Struct, frozen=True):
    """The tariff that a price comes from. `tiers`: [start, milli-fen]."""

    carrier: str
    basis: str
    number: int
    valid_from: str
    tiers: tuple[tuple[int, int], ...]
    origin: str


class Statement(msgspec.Struct, frozen=True):
    """A tenant's month. `number` is empty while the month runs; `as_of` is when it was computed (ISO, UTC)."""

    kind: str
    state: State
    number: str
    month: str
    payer: Payer
    messages: int
    outcomes: dict[str, int]
    segments: int
    amount_fen: int
    unpriced: int
    lines: tuple[PricedLine, ...]
    days: tuple[Day, ...]
    tariffs: tuple[TariffUsed, ...]
    rounding_zh: str
    as_of: str


def composed(
    payer: Payer,
    first: date,
    ledger: Ledger,
    outcomes: Mapping[str, int],
    tariffs: Mapping[str, Tariff],
    names: Mapping[str, str],
    as_of: str,
    number: str = "",
) -> Statement:
    """A statement of what was metered; with a number it is the one that is issued."""
    lines = tuple(
        PricedLine(
            x.key.carrier, x.key.category, x.key.template, names.get(x.key.template, ""), x.key.basis, x.key.price_milli_fen,
            x.segments, x.amount_fen,
        )
        for x in ledger.lines
    )  # fmt: skip
    days = tuple(
        Day(d.day.isoformat(), d.messages, d.submitted, d.billable, d.milli_fen) for d in ledger.days
    )
    used = tuple(_used(tariffs[code]) for code in sorted(tariffs))
    return Statement(
        KIND, "issued" if number else "open", number, f"{first:%Y-%m}", payer, sum(d.messages for d in ledger.days),
        dict(sorted(outcomes.items())), ledger.segments, ledger.amount_fen, ledger.unpriced, lines, days, used, ROUNDING_ZH, as_of,
    )  # fmt: skip


def number_of(payer_code: str, month: str) -> str:
    """The number of a month's statement: one a month, so it needs no counter."""
    return f"DX-{payer_code}-{month.replace('-', '')}"


def frozen(statement: Statement) -> bytes:
    """The exact bytes: what is hashed, stored, handed up and read again."""
    return msgspec.json.encode(statement, order="sorted")


def digest(body: bytes) -> bytes:
    """SHA-256 of the bytes."""
    return hashlib.sha256(body).digest()


def thawed(body: bytes) -> Statement:
    """The statement back. Raises msgspec.ValidationError for bytes that are none."""
    return msgspec.json.decode(body, type=Statement)


def adds_up(statement: Statement) -> bool:
    """Whether lines, days and totals agree with each other: asked before a package from elsewhere is kept."""
    return (
        statement.kind == KIND
        and statement.segments
        == sum(x.segments for x in statement.lines)
        == sum(d.billable for d in statement.days)
        and statement.amount_fen == sum(x.amount_fen for x in statement.lines)
        and statement.messages == sum(d.messages for d in statement.days) == sum(statement.outcomes.values())
    )


def month_of(text: str) -> date | None:
    """The first day of `YYYY-MM`; None for anything else."""
    if not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", text):
        return None
    return date.fromisoformat(f"{text}-01")


def ended(first: date, today: date) -> bool:
    """Whether that month is over."""
    return following_month(first) <= today


def category_zh(code: str) -> str:
    """A category's name."""
    return CATEGORY_ZH.get(code, "其他")


def total(statements: Iterable[Statement]) -> tuple[int, int]:
    """(segments, fen) of several."""
    found = list(statements)
    return sum(s.segments for s in found), sum(s.amount_fen for s in found)


def _used(tariff: Tariff) -> TariffUsed:
    tiers = tuple((tier.start, tier.price_milli_fen) for tier in tariff.tiers)
    return TariffUsed(
        tariff.carrier, str(tariff.basis), tariff.number, tariff.valid_from.isoformat(), tiers, tariff.origin
    )
