"""What a loopback carrier does besides its duty. Every chance is drawn from one seed: the same order of submits, the same
fate."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """Chances are 0 … 1 for each submit (or report); times in milliseconds.

    ``throttle_above``: submits a second of one account beyond which it answers "slower". ``die_after``: closes the
    connection at that submit, without an answer, once in each multiple. ``deduplicate``: a submit whose reserved field was
    seen is answered with the first id and not sent again. ``fragment``: writes so many bytes at a time. ``states``: weight
    of each state word of reports. ``report_retry_ms``: an unanswered report is sent again after it, three times.
    ``reverse``: address to which SGIP connects for reports, ``host:port``.
    """

    seed: int = 1
    answer_delay_ms: tuple[float, float] = (0.0, 0.0)
    report_delay_ms: tuple[float, float] = (0.0, 0.0)
    drop_answer: float = 0.0
    refuse: float = 0.0
    refuse_code: int | None = None
    refuse_phones: tuple[str, ...] = ()
    throttle: float = 0.0
    throttle_above: float = 0.0
    early_report: float = 0.0
    no_report: float = 0.0
    duplicate_report: float = 0.0
    reorder_report: float = 0.0
    die_after: int = 0
    bad_authenticator: bool = False
    refuse_login: int = 0
    silent: bool = False
    deduplicate: bool = False
    fragment: int = 0
    states: Mapping[str, float] = field(default_factory=lambda: {"DELIVRD": 1.0})
    report_retry_ms: float = 60_000.0
    report_phone_size: int = 21
    smpp_ids: str = "same"
    reverse: str = ""
    echo_mo: float = 0.0
    malformed_after: int = 0


def read_mood(values: Mapping[str, Any]) -> Mood:
    """A mood from plain values. Raises ValueError for a name that no mood has."""
    known = {each.name for each in fields(Mood)}
    unknown = sorted(set(values) - known)
    if unknown:
        raise ValueError(f"no such mood: {', '.join(unknown)}")
    shaped: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }
    return Mood(**shaped)


def mood_file(path: Path | None) -> Mood:
    """The mood of a JSON file; the usual one without a file."""
    return Mood() if path is None else read_mood(json.loads(path.read_text("utf-8")))
