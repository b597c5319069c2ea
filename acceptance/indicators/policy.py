"""What an indicator is, what it may answer, and the registry. Pure: no session, no rows."""

from __future__ import annotations

import ast
import hashlib
import inspect
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

PERCENT = "%"
CENTRES = ("centre", "sub_centre")
PROVINCE = ("province",)
EVERYWHERE = ("province", "centre", "sub_centre")


class Window(StrEnum):
    """Over which days an indicator looks back from the day it is asked for, that day included."""

    NOW = "now"
    DAYS_30 = "days_30"
    MONTHS_3 = "months_3"
    MONTHS_12 = "months_12"
    WHOLE_MONTHS_3 = "whole_months_3"


WINDOW_ZH: Mapping[str, str] = {
    Window.NOW: "现行",
    Window.DAYS_30: "近30日",
    Window.MONTHS_3: "近3个月",
    Window.MONTHS_12: "近12个月",
    Window.WHOLE_MONTHS_3: "近3个完整自然月",
}


class Group(StrEnum):
    """Under which heading the page shows it: the dimensions of the standard, and what stands beside them."""

    PREPARATION = "建设准备"
    CHANNELS = "电子服务渠道"
    MANAGEMENT = "综合管理系统"
    SECURITY = "安全保障"
    ITEMS = "线上服务事项"
    USE = "使用效果"
    GUIDE = "建设导则绩效指标"
    VETO = "否决与受理条件"


@dataclass(frozen=True)
class Span:
    """Days from `first` to `last`, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Value:
    """A number that can be stood by. `amount` in the indicator's unit; `sample`: what it rests on; `numerator` of a share."""

    amount: Decimal
    sample: int
    numerator: int | None = None
    synthetic: bool = False
    note_zh: str = ""


@dataclass(frozen=True)
class NotEnoughData:
    """Nothing can be said yet, and why. `sample` of the `needed` is there."""

    reason_zh: str
    sample: int = 0
    needed: int = 1
    synthetic: bool = False


Outcome = Value | NotEnoughData
Measure = Callable[[Any], Outcome]


@dataclass(frozen=True)
class Indicator:
    """One indicator. `checkpoint`: the check point whose result it is (`F23.1`) or a veto's code; empty for one that stands beside.

    `kinds`: the facts it sums, for drilling down. `minimum`: the smallest sample. `version` rises whenever the same rows could give
    another number; `source_hash` shows that the code is the one of that version. `rows_at`: the page with the live rows it reads.
    """

    code: str
    name_zh: str
    group: Group
    clause: str
    formula_zh: str
    window: Window
    measure: Measure
    checkpoint: str = ""
    version: int = 1
    minimum: int = 1
    unit_zh: str = PERCENT
    kinds: tuple[str, ...] = ()
    places: tuple[str, ...] = CENTRES
    rows_at: str = ""

    @cached_property
    def source_hash(self) -> str:
        """Sixteen hex digits over what the functions do; names of files, comments and layout don't count."""
        said = (
            self.formula_zh,
            self.window,
            str(self.minimum),
            *self.kinds,
            *sorted(_code(self.measure, {})),
        )
        digest = hashlib.sha256("|".join(said).encode())
        return digest.hexdigest()[:16]


REGISTRY: dict[str, Indicator] = {}


def indicator(
    code: str, name_zh: str, group: Group, clause: str, formula_zh: str, window: Window, **more: Any
) -> Callable[[Measure], Measure]:
    """Register a function `(reading) -> Value | NotEnoughData` as an indicator. ValueError when the code is taken."""

    def register(measure: Measure) -> Measure:
        if code in REGISTRY:
            raise ValueError(f"two indicators are called {code}")
        REGISTRY[code] = Indicator(code, name_zh, group, clause, formula_zh, window, measure, **more)
        return measure

    return register


def span(window: Window, on: date) -> Span:
    """The days of a window that is asked for on a day."""
    if window is Window.NOW:
        return Span(on, on)
    if window is Window.DAYS_30:
        return Span(on - timedelta(days=29), on)
    if window is Window.WHOLE_MONTHS_3:
        this = on.replace(day=1)
        return Span(months_back(this, 3), this - timedelta(days=1))
    months = 3 if window is Window.MONTHS_3 else 12
    return Span(months_back(on, months) + timedelta(days=1), on)


def months_back(day: date, months: int) -> date:
    """The same day some months earlier; the month's last when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def share(numerator: int, denominator: int, nothing_zh: str, **more: Any) -> Outcome:
    """A percentage with two places; without a denominator nothing can be said."""
    if denominator <= 0:
        return NotEnoughData(nothing_zh)
    return Value(percent(numerator, denominator), denominator, numerator, **more)


def percent(numerator: int, denominator: int) -> Decimal:
    """Rounded half up to two places, but never up to 100 % nor down to 0 % when something is missing or there."""
    exact = Decimal(numerator) * 100 / Decimal(denominator)
    rounded = exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
    if rounded == 100 and numerator < denominator:
        return Decimal("99.99")
    if rounded == 0 and numerator > 0:
        return Decimal("0.01")
    return rounded


def judged(found: Indicator, outcome: Outcome) -> Outcome:
    """The outcome after the smallest sample has been asked for: one rating of 100 % is no satisfaction (warning W6)."""
    if isinstance(outcome, NotEnoughData):
        return replace(outcome, needed=found.minimum)
    if outcome.sample < found.minimum:
        return NotEnoughData(
            f"样本不足：现有 {outcome.sample} 个，至少须有 {found.minimum} 个",
            outcome.sample,
            found.minimum,
            outcome.synthetic,
        )
    return outcome


def _code(function: Callable[..., Any], seen: dict[str, str]) -> list[str]:
    """What a function does, with the functions and constants of this package that it names; layout and comments don't count."""
    name = f"{function.__module__}.{function.__qualname__}"
    if name not in seen:
        seen[name] = ""
        tree = _body(function)
        for used in sorted({node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}):
            known = inspect.unwrap(function).__globals__.get(used)
            if inspect.isfunction(known) and known.__module__.startswith("acceptance.indicators."):
                _code(known, seen)
            elif (
                isinstance(known, str | int | tuple | frozenset | dict)
                and used.isupper()
                and used != "REGISTRY"
            ):
                seen[f"{name}:{used}"] = _plain(known)
        seen[name] = ast.unparse(tree)
    return [f"{key}={text}" for key, text in seen.items()]


def _plain(constant: Any) -> str:
    """A constant that reads the same in each process: sets have no order of their own."""
    return repr(sorted(constant)) if isinstance(constant, frozenset) else repr(constant)


def _body(function: Callable[..., Any]) -> ast.FunctionDef:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    tree.decorator_list = []
    if ast.get_docstring(tree) is not None:
        tree.body = tree.body[1:]
    return tree
