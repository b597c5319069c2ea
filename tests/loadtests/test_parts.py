"""Arrivals, measures, verdict."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from loadtests import budget
from loadtests.arrivals import Share, arrivals
from loadtests.measures import Measures, percentile

OPERATIONS = (Share("a", 3.0), Share("b", 1.0))
TENANTS = (Share("C1", 1.0), Share("C2", 1.0))


def test_the_same_seed_gives_the_same_run() -> None:
    first = list(arrivals(50, 20, OPERATIONS, TENANTS, 7))
    assert first == list(arrivals(50, 20, OPERATIONS, TENANTS, 7))
    assert first != list(arrivals(50, 20, OPERATIONS, TENANTS, 8))
    assert [each.at for each in first] == sorted(each.at for each in first)
    assert first[0].at > 0
    assert first[-1].at < 20


def test_rate_and_shares_are_kept() -> None:
    run = list(arrivals(100, 100, OPERATIONS, TENANTS, 1))
    assert 9_600 < len(run) < 10_400
    assert 0.73 < sum(each.operation == "a" for each in run) / len(run) < 0.77
    assert {each.tenant for each in run} == {"C1", "C2"}


@pytest.mark.parametrize(("rate", "seconds"), [(0, 1), (1, 0), (-1, 1)])
def test_a_run_without_rate_or_time_is_refused(rate: float, seconds: float) -> None:
    with pytest.raises(ValueError, match="above zero"):
        next(arrivals(rate, seconds, OPERATIONS, TENANTS, 1))


def test_percentiles_are_nearest_rank() -> None:
    values = [float(n) for n in range(1, 101)]
    assert [percentile(values, share) for share in (0.5, 0.95, 0.99, 1.0)] == [50, 95, 99, 100]
    assert percentile([7.0], 0.01) == 7.0
    assert math.isnan(percentile([], 0.5))


def _measured(count: int, latency: float, failed: int = 0) -> Measures:
    measures = Measures()
    for number in range(count):
        measures.add("a", "C1", latency, latency, "HTTP 500" if number < failed else "")
    return measures


@pytest.mark.parametrize(
    ("measures", "verdict"),
    [
        (_measured(100, 90), budget.PASSED),
        (_measured(100, 101), budget.FAILED),
        (_measured(100, 90, failed=2), budget.FAILED),
        (_measured(19, 90), budget.NOT_VERIFIED),
        (Measures(), budget.NOT_VERIFIED),
    ],
)
def test_verdicts(measures: Measures, verdict: str) -> None:
    findings = budget.judge(measures, {"a": budget.Limits(p95_ms=100, p99_ms=200)})
    assert [each.verdict for each in findings] == [verdict]
    assert budget.passed(findings, measures) is (verdict == budget.PASSED)


def test_work_that_never_began_fails_the_run() -> None:
    measures = _measured(100, 90)
    measures.unstarted = 1
    assert not budget.passed(budget.judge(measures, {"a": budget.Limits(100, 200)}), measures)


def test_an_operation_without_limits_is_not_verified() -> None:
    assert [each.verdict for each in budget.judge(_measured(100, 1), {})] == [budget.NOT_VERIFIED]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "operations: {}",
        "operations: {a: {p95_ms: 1}}",
        "operations: {a: {p95_ms: x, p99_ms: 1}}",
        "operations: {a: {p95_ms: 1, p99_ms: 1, speed: 2}}",
        ": [",
    ],
)
def test_a_bad_budget_file_is_refused_in_words(tmp_path: Path, text: str) -> None:
    file = tmp_path / "budget.yaml"
    file.write_text(text)
    with pytest.raises(budget.BudgetInvalid):
        budget.read(file)


def test_our_budgets_can_be_read() -> None:
    assert {"catalogue", "phone_home", "staff_sign_in"} <= set(budget.read(Path("loadtests/budgets.yaml")))
