"""What a loopback carrier saw and did, for tests and bills."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field


@dataclass(slots=True)
class Counts:
    """``sent``: segments that a phone would have got; ``repeated``: submits with a reference that was seen before, whether
    or not they were sent again."""

    connections: int = 0
    logins: int = 0
    wrong_logins: int = 0
    submits: int = 0
    sent: int = 0
    repeated: int = 0
    refused: int = 0
    throttled: int = 0
    answers_dropped: int = 0
    deaths: int = 0
    reports: int = 0
    reports_answered: int = 0
    reports_refused: int = 0
    reports_repeated: int = 0
    reports_withheld: int = 0
    mo: int = 0
    pings: int = 0
    malformed: int = 0
    most_unanswered: int = 0
    by_state: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """Plain values, for JSON."""
        return asdict(self)
