"""Rules of indicators, without rows: windows, shares, small samples, versions."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import acceptance.indicators
from acceptance.facts.policy import KINDS
from acceptance.indicators import policy
from acceptance.indicators.indicators import Reading
from acceptance.indicators.indicators.guide import GUIDE_ZH
from acceptance.indicators.policy import (
    REGISTRY,
    Group,
    NotEnoughData,
    Outcome,
    Span,
    Value,
    Window,
    indicator,
    judged,
    span,
)
from acceptance.standards.policy import clause_zh, default_content

VERSIONS = Path(acceptance.indicators.__path__[0]) / "data" / "versions.csv"


@pytest.mark.parametrize(
    ("window", "on", "wanted"),
    [
        (Window.NOW, date(2026, 11, 24), Span(date(2026, 11, 24), date(2026, 11, 24))),
        (Window.DAYS_30, date(2026, 11, 30), Span(date(2026, 11, 1), date(2026, 11, 30))),
        (Window.MONTHS_3, date(2026, 11, 24), Span(date(2026, 8, 25), date(2026, 11, 24))),
        (Window.MONTHS_3, date(2026, 5, 31), Span(date(2026, 3, 1), date(2026, 5, 31))),
        (Window.MONTHS_12, date(2026, 11, 24), Span(date(2025, 11, 25), date(2026, 11, 24))),
        (Window.WHOLE_MONTHS_3, date(2026, 2, 1), Span(date(2025, 11, 1), date(2026, 1, 31))),
    ],
)
def test_windows_look_back_from_a_day(window: Window, on: date, wanted: Span) -> None:
    assert span(window, on) == wanted


@given(st.dates(date(2001, 1, 1), date(2090, 12, 31)), st.sampled_from(list(Window)))
def test_a_window_never_looks_ahead(on: date, window: Window) -> None:
    found = span(window, on)
    assert found.first <= found.last <= on
    assert found.days >= 1


@example(10**6, 10**6 - 1)
@example(10**6, 1)
@given(st.integers(1, 10**9), st.integers(0, 10**9))
def test_a_share_says_all_or_nothing_only_when_it_is(whole: int, part: int) -> None:
    done = min(part, whole)
    percent = policy.percent(done, whole)
    assert (percent == 100) == (done == whole)
    assert (percent == 0) == (done == 0)


def test_without_anything_to_divide_by_nothing_is_said() -> None:
    assert policy.share(0, 0, "没有") == NotEnoughData("没有")


def test_one_rating_of_100_percent_is_too_small_a_sample() -> None:
    outcome = judged(REGISTRY["satisfaction"], Value(Decimal(100), 1, 1))
    assert isinstance(outcome, NotEnoughData)
    assert outcome.reason_zh == "样本不足：现有 1 个，至少须有 50 个"
    assert (outcome.sample, outcome.needed) == (1, 50)


def test_fifty_ratings_are_enough() -> None:
    outcome = judged(REGISTRY["satisfaction"], Value(Decimal(98), 50, 49))
    assert outcome == Value(Decimal(98), 50, 49)


def test_a_code_is_given_once() -> None:
    with pytest.raises(ValueError, match="two indicators"):
        indicator("satisfaction", "满意度", Group.USE, "N4", "", Window.NOW)(REGISTRY["satisfaction"].measure)


def test_every_indicator_says_what_it_is() -> None:
    for found in REGISTRY.values():
        assert all((found.name_zh, found.formula_zh, clause_zh(found.clause), found.unit_zh)), found.code
        assert found.minimum >= 1
        assert set(found.kinds) <= set(KINDS), found.code
        assert found.measure.__doc__, found.code


def test_an_indicator_of_a_check_point_is_the_one_that_the_standard_names() -> None:
    content = default_content()
    named = {c.indicator: c.key for c in content.checks if c.indicator}
    named |= {v.indicator: v.code for v in content.vetoes if v.indicator}
    own = {found.code: found.checkpoint for found in REGISTRY.values() if found.checkpoint}
    assert own.items() <= named.items()
    assert len([c for c in own.values() if not c.startswith("V")]) >= 25
    assert {found.code for found in REGISTRY.values()} & set(named) == set(own)


def test_the_clauses_are_those_of_the_check_point() -> None:
    clauses = {c.key: c.clause for c in default_content().checks}
    for found in REGISTRY.values():
        if found.checkpoint in clauses:
            assert set(found.clause.split(";")) <= set(clauses[found.checkpoint].split(";")), found.code


def test_the_guides_eleven_are_eleven() -> None:
    assert len(GUIDE_ZH) == 11


def test_a_changed_indicator_has_a_new_version() -> None:
    """When this fails: raise `version` if the same rows could now give another number; then write the new line into versions.csv."""
    with VERSIONS.open(encoding="utf-8", newline="") as file:
        kept = {row["code"]: (int(row["version"]), row["source_hash"]) for row in csv.DictReader(file)}
    assert {code: (found.version, found.source_hash) for code, found in REGISTRY.items()} == kept


def _one(reading: Reading) -> Outcome:
    """One."""
    return Value(Decimal(1), 1)


def _one_with_a_remark(reading: Reading) -> Outcome:
    # A remark changes nothing.
    return Value(
        Decimal(1),
        1,
    )


def _two(reading: Reading) -> Outcome:
    return Value(Decimal(2), 1)


def _hash(measure: policy.Measure) -> str:
    plain = "\n".join(policy._code(measure, {})).replace(measure.__name__, "it")
    return plain


def test_the_fingerprint_sees_code_and_no_remarks() -> None:
    assert _hash(_one) == _hash(_one_with_a_remark)
    assert _hash(_one) != _hash(_two)


def test_the_fingerprint_sees_helpers_and_constants() -> None:
    told = "\n".join(policy._code(REGISTRY["hall_person_item_share"].measure, {}))
    assert "_hall" in told
    told = "\n".join(policy._code(REGISTRY["satisfaction"].measure, {}))
    assert "case.rated.very_satisfied" in told
