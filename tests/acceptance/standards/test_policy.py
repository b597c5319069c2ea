"""Rules of a standard, without rows."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from acceptance.standards import policy
from acceptance.standards.models import MeasuredBy, Nature, ScoreMode

CONTENT = policy.default_content()


def check(key: str) -> policy.CheckRow:
    return next(c for c in CONTENT.checks if c.key == key)


def test_the_default_has_25_items_110_check_points_9_vetoes_and_100_points() -> None:
    assert (len(CONTENT.items), len(CONTENT.checks), len(CONTENT.vetoes)) == (25, 110, 9)
    assert policy.total(CONTENT, {}) == 100
    assert policy.faults(CONTENT, {}) == []


def test_its_dimensions_are_those_of_the_domain_page() -> None:
    points = {item.code: CONTENT.points_of(item.code) for item in CONTENT.items}
    assert [int(p) for p in policy.by_dimension(CONTENT.items, points).values()] == [20, 20, 25, 15, 10, 10]


def test_63_points_are_measured_and_9_and_a_half_are_reported() -> None:
    measured = policy.split(CONTENT.checks, "measured_by")
    assert measured[MeasuredBy.MEASURED] == Decimal(63)
    assert measured[MeasuredBy.REPORTED] == Decimal("9.5")
    assert policy.split(CONTENT.checks, "nature") == {
        Nature.USE: Decimal("54.5"),
        Nature.FUNCTION: Decimal(31),
        Nature.ORGANISATION: Decimal("14.5"),
    }


def test_every_automatic_check_point_names_indicator_and_threshold_and_no_other_does() -> None:
    automatic = {MeasuredBy.MEASURED, MeasuredBy.REPORTED}
    for row in CONTENT.checks:
        told = (row.indicator is not None, row.threshold is not None, row.threshold_op is not None)
        assert told == ((row.measured_by in automatic),) * 3, row.key


def test_what_is_ours_says_so() -> None:
    assert all("本平台默认" in item.notes_zh for item in CONTENT.items)
    assert all("本平台默认" in row.threshold_zh or "依据通知" in row.threshold_zh for row in CONTENT.checks)


def test_every_check_point_cites_its_clause_in_words() -> None:
    for row in CONTENT.checks:
        words = policy.clause_zh(row.clause)
        assert words.startswith(("通知第", "工作指引第", "《建设导则》")), row.key
        assert not {"N", "G"} & set(words)


def test_moving_points_between_check_points_keeps_the_sum() -> None:
    edits = {"A01.1": {"points": "2"}, "A01.3": {"points": "0.5"}}
    assert policy.faults(CONTENT, edits) == []
    assert policy.edited(CONTENT, edits).points_of("A01") == Decimal(3)
    assert policy.changed(CONTENT, edits) == [("A01.1 分值", "1.5", "2"), ("A01.3 分值", "1", "0.5")]


@pytest.mark.parametrize(
    ("edits", "word"),
    [
        ({"A01.1": {"points": "2"}}, "合计为 100.5 分"),
        ({"Z99.1": {"points": "1"}}, "没有检查点 Z99.1"),
        ({"A01.1": {"nature": "function"}}, "只能调整"),
        ({"A02.1": {"threshold": "1"}}, "A02.1 的达标值不能"),
        ({"A01.1": {"threshold": None}}, "A01.1 的达标值不能"),
        ({"A01.1": {"check_zh": ""}}, "A01.1 的文字不能为空"),
        ({"B10.1": {"points": "21"}, "A01.1": {"points": "0"}}, "B10.1 的分值须在 0 至 20"),
    ],
)
def test_what_keeps_an_edit_from_becoming_a_version(edits: dict[str, dict[str, str]], word: str) -> None:
    assert any(word in sentence for sentence in policy.faults(CONTENT, edits))


@pytest.mark.parametrize("text", ["abc", "NaN", "Infinity", ""])
def test_a_number_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        policy.faults(CONTENT, {"A01.1": {"points": text}})


def test_whole_points_or_none() -> None:
    row = check("A05.3")  # at least 95 %
    assert policy.points_for(row, Decimal(95)) == 1
    assert policy.points_for(row, Decimal("94.99")) == 0


def test_points_in_proportion_to_what_is_reached() -> None:
    row = check("A01.1")  # 1.5 points at 100 %
    assert row.score_mode == ScoreMode.PROPORTIONAL
    assert policy.points_for(row, Decimal(50)) == Decimal("0.75")
    assert policy.points_for(row, Decimal(100)) == Decimal("1.5")
    assert policy.points_for(row, Decimal(-5)) == 0


def test_at_most_is_met_from_below() -> None:
    row = check("A07.3")  # no conflict of roles
    assert policy.points_for(row, Decimal(0)) == 1
    assert policy.points_for(row, Decimal(1)) == 0


def test_people_judge_what_has_no_threshold() -> None:
    with pytest.raises(ValueError, match="people judge"):
        policy.points_for(check("A02.1"), Decimal(1))
    assert (
        policy.points_for(replace(check("A02.1"), threshold_op="ge", threshold=Decimal(1)), Decimal(1)) == 1
    )
