"""What a line's word does to a message (decision D22)."""

from __future__ import annotations

import pytest

from shared_channels.sms.carriers.ports import Category, OutcomeKind, SubmitOutcome
from shared_channels.sms.dispatch.policy import Act, DispatchSettings, Share, Verdict, decide, pause_s

RULES = DispatchSettings()
A, R, U, N = OutcomeKind.ACCEPTED, OutcomeKind.REFUSED, OutcomeKind.UNKNOWN, OutcomeKind.NOT_SENT


@pytest.mark.parametrize(
    ("kind", "category", "ids", "is_code", "safe", "expected"),
    [
        (A, None, ("1",), True, False, Verdict(Act.SENT)),
        (N, None, (), False, False, Verdict(Act.AGAIN)),
        (U, None, (None,), True, False, Verdict(Act.AGAIN)),
        (U, None, (None,), False, False, Verdict(Act.DOUBT, 600.0)),
        (U, None, (None,), False, True, Verdict(Act.AGAIN)),
        (R, Category.NUMBER, (None,), False, False, Verdict(Act.REFUSED)),
        (R, Category.CONTENT, (None,), True, False, Verdict(Act.REFUSED)),
        (R, Category.THROTTLED, (None,), False, False, Verdict(Act.AGAIN, 2.0)),
        (R, Category.GATEWAY, (None, None), True, False, Verdict(Act.AGAIN, 2.0)),
        (R, Category.GATEWAY, ("1", None), False, False, Verdict(Act.REFUSED)),
    ],
)
def test_verdicts(
    kind: OutcomeKind, category: Category | None, ids: tuple[str | None, ...], is_code: bool, safe: bool, expected: Verdict
) -> None:  # fmt: skip
    outcome = SubmitOutcome(kind, "m", "线路", ids, "8", "", category)
    found = decide(outcome, is_code=is_code, attempt=2, age_s=10.0, repeat_is_safe=safe, rules=RULES)
    assert found == expected


def test_nobody_is_put_off_for_ever() -> None:
    outcome = SubmitOutcome(R, "m", "线路", (), "8", "", Category.THROTTLED)
    found = decide(outcome, is_code=False, attempt=40, age_s=90_000, repeat_is_safe=False, rules=RULES)
    assert found == Verdict(Act.REFUSED)


def test_pauses_double_up_to_a_limit() -> None:
    assert [pause_s(attempt, is_code=False) for attempt in (1, 2, 3, 9, 50)] == [1, 2, 4, 256, 300]
    assert [pause_s(attempt, is_code=True) for attempt in (1, 2, 3, 9, 50)] == [1, 2, 4, 5, 5]


def test_the_share_adds_up_over_small_claims() -> None:
    share = Share(0.05)
    assert sum(share.of(6) for _ in range(1000)) == 300
    assert max(Share(0.5).of(2) for _ in range(10)) <= 2
