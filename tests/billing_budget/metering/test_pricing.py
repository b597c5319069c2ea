"""Money arithmetic: tiers lose no segment, lines add up, days add up, the order of booking does not matter."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_budget.metering.policy import Cell, priced
from billing_budget.tariffs.policy import Basis, Tariff, Tier, price_of, price_text, to_fen

FIRST = date(2026, 11, 1)


def tariff(*tiers: tuple[int, int], carrier: str = "cmcc", basis: Basis = Basis.SUBMITTED) -> Tariff:
    return Tariff(carrier, basis, 1, FIRST, tuple(Tier(*tier) for tier in tiers))


def cell(day: int, segments: int, *, carrier: str = "cmcc", category: str = "NOTICE", lost: int = 0) -> Cell:
    return Cell(
        FIRST + timedelta(day - 1), carrier, category, "notice.payout", segments, segments, segments - lost
    )


tier_lists = st.lists(st.integers(1, 3000), max_size=3, unique=True).flatmap(
    lambda starts: st.lists(st.integers(0, 9000), min_size=len(starts) + 1, max_size=len(starts) + 1).map(
        lambda prices: tuple(zip((0, *sorted(starts)), prices, strict=True))
    )
)
days = st.builds(
    Cell,
    st.integers(0, 29).map(lambda n: FIRST + timedelta(n)),
    st.sampled_from(["cmcc", "cucc", "loop"]),
    st.sampled_from(["OTP", "NOTICE", "POLICY"]),
    st.sampled_from(["code.login", "notice.payout"]),
    st.integers(0, 50),
    st.integers(0, 2000),
    st.integers(0, 2000),
)
months = st.lists(days, max_size=30, unique_by=lambda c: (c.day, c.carrier, c.category, c.template))
books = st.fixed_dictionaries(
    {
        "cmcc": tier_lists.map(lambda t: tariff(*t)),
        "cucc": tier_lists.map(lambda t: tariff(*t, carrier="cucc", basis=Basis.DELIVERED)),
        "other": tier_lists.map(lambda t: tariff(*t, carrier="other")),
    }
)


@given(st.integers(0, 10**12))
def test_rounding_is_half_up(milli: int) -> None:
    assert to_fen(milli) == int((Decimal(milli) / 1000).quantize(Decimal(1), ROUND_HALF_UP))


@given(st.integers(0, 100_000))
def test_a_price_is_read_as_it_is_written(milli: int) -> None:
    assert price_of(price_text(milli)) == milli


@pytest.mark.parametrize("text", ["", "-1", "3.5001", "1e3", "abc", "100.001", "3,5", "0x3", "٣"])
def test_a_text_that_is_no_price_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        price_of(text)


@given(tier_lists, st.integers(0, 5000), st.integers(0, 5000))
def test_a_tier_prices_each_segment_by_its_place(
    tiers: tuple[tuple[int, int], ...], before: int, n: int
) -> None:
    by_piece = sum(price * count for price, count in tariff(*tiers).pieces(before, n))
    one_by_one = sum(
        next(price for start, price in reversed(tiers) if place >= start)
        for place in range(before, before + n)
    )
    assert by_piece == one_by_one


@given(books, months)
def test_nothing_billable_is_lost_and_the_total_is_what_the_lines_say(
    book: Mapping[str, Tariff], month: list[Cell]
) -> None:
    ledger = priced(month, book)
    billable = sum(c.delivered if c.carrier == "cucc" else c.submitted for c in month)
    assert ledger.segments == sum(day.billable for day in ledger.days) == billable
    assert ledger.amount_fen == sum(line.amount_fen for line in ledger.lines)
    assert sum(line.milli_fen for line in ledger.lines) == sum(day.milli_fen for day in ledger.days)
    exact = Fraction(sum(day.milli_fen for day in ledger.days), 1000)
    assert abs(ledger.amount_fen - exact) <= Fraction(len(ledger.lines), 2)
    assert all(line.segments > 0 for line in ledger.lines)


@given(books, months, st.randoms(use_true_random=False))
def test_the_order_of_booking_does_not_matter(
    book: Mapping[str, Tariff], month: list[Cell], chance: random.Random
) -> None:
    mixed = list(month)
    chance.shuffle(mixed)
    assert priced(mixed, book) == priced(month, book)


@given(books, months, st.integers(0, 29))
def test_later_days_leave_a_day_as_it_is(book: Mapping[str, Tariff], month: list[Cell], n: int) -> None:
    day = FIRST + timedelta(n)
    assert priced([c for c in month if c.day <= day], book).day(day) == priced(month, book).day(day)


def test_the_basis_decides_what_is_billed() -> None:
    month = [cell(1, 10, lost=4), cell(1, 10, carrier="cucc", lost=4)]
    book = {"cmcc": tariff((0, 3500)), "cucc": tariff((0, 3500), carrier="cucc", basis=Basis.DELIVERED)}
    assert [(line.key.carrier, line.segments, line.amount_fen) for line in priced(month, book).lines] == [
        ("cmcc", 10, 35),
        ("cucc", 6, 21),
    ]


def test_a_tier_splits_a_line_by_price() -> None:
    month = [cell(1, 900), cell(2, 300)]
    ledger = priced(month, {"cmcc": tariff((0, 3500), (1000, 3000))})
    assert [(line.key.price_milli_fen, line.segments, line.amount_fen) for line in ledger.lines] == [
        (3500, 1000, 3500),
        (3000, 200, 600),
    ]
    assert [day.milli_fen for day in ledger.days] == [900 * 3500, 100 * 3500 + 200 * 3000]


def test_one_segment_of_three_and_a_half_fen_is_four_fen_and_two_are_seven() -> None:
    book = {"other": tariff((0, 3500), carrier="other")}
    assert priced([cell(1, 1)], book).amount_fen == 4
    assert priced([cell(1, 1), cell(2, 1)], book).amount_fen == 7


def test_without_a_tariff_segments_stand_there_unpriced() -> None:
    ledger = priced([cell(1, 5)], {})
    assert (ledger.segments, ledger.unpriced, ledger.amount_fen) == (5, 5, 0)
