"""How long an answer may take: the platform's defaults (ours, see the data file) and what a centre decided instead."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec

from tenants.cases.policy.clock import days_left, due_on, left_words, received_on

__all__ = ["UNIT_ZH", "Limit", "days_left", "defaults", "due_on", "left_words", "received_on", "templates"]

UNIT_ZH = {"working_day": "个工作日", "calendar_day": "日"}


@dataclass(frozen=True)
class Limit:
    """So many days. `own` is true for a centre's own decision."""

    value: int
    unit: str
    basis_zh: str = ""
    own: bool = False

    @property
    def words_zh(self) -> str:
        """3 个工作日."""
        return f"{self.value} {UNIT_ZH[self.unit]}"


@dataclass(frozen=True)
class AnswerTemplate:
    """A text to start an answer from; × marks what has to be filled in."""

    code: str
    name_zh: str
    body_zh: str


@cache
def defaults() -> dict[str, Limit]:
    """Kind → limit, as delivered."""
    raw = msgspec.json.decode(_data("limits.json"), type=dict[str, dict[str, int | str]])
    return {
        kind: Limit(int(one["value"]), str(one["unit"]), str(one["basis_zh"])) for kind, one in raw.items()
    }


@cache
def templates() -> tuple[AnswerTemplate, ...]:
    """Texts to start an answer from, as delivered."""
    return tuple(msgspec.json.decode(_data("answer_templates.json"), type=list[AnswerTemplate]))


def _data(name: str) -> bytes:
    return (files("tenants.work_orders") / "data" / name).read_bytes()
