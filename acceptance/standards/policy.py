"""Pure rules of a standard: its content as values, what makes it whole, how a result becomes points. No session."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

from acceptance.standards.models import MeasuredBy, Nature, ScoreMode

DATA = Path(__file__).parent / "data"
FULL = Decimal(100)

NATURE_ZH: Mapping[str, str] = {
    Nature.FUNCTION: "功能",
    Nature.USE: "使用",
    Nature.ORGANISATION: "组织",
}
NATURE_NOTE_ZH: Mapping[str, str] = {
    Nature.FUNCTION: "由平台提供，使用省级平台的中心可继承省级的结果",
    Nature.USE: "看本中心自己的使用情况，不继承",
    Nature.ORGANISATION: "看本中心自己的组织和制度，不继承",
}
MEASURED_BY_ZH: Mapping[str, str] = {
    MeasuredBy.MEASURED: "实测",
    MeasuredBy.REPORTED: "报送",
    MeasuredBy.TEST_RECORD: "测试记录",
    MeasuredBy.DOCUMENT: "材料",
}
SCORE_MODE_ZH: Mapping[str, str] = {ScoreMode.WHOLE: "达标得满分", ScoreMode.PROPORTIONAL: "按比例得分"}
EDITABLE = ("points", "threshold", "threshold_zh", "method_zh", "check_zh")
LABELS: Mapping[str, str] = {
    "points": "分值",
    "threshold": "达标值",
    "threshold_zh": "达标要求",
    "method_zh": "测评方法",
    "check_zh": "检查内容",
}


@dataclass(frozen=True)
class ItemRow:
    """One scored item without its points, which are its check points' sum."""

    code: str
    dimension_zh: str
    guideline_item: int | None
    title_zh: str
    notes_zh: str


@dataclass(frozen=True)
class CheckRow:
    """One check point; the fields of `StandardCheck`."""

    item_code: str
    seq: int
    check_zh: str
    points: Decimal
    nature: str
    clause: str
    measured_by: str
    indicator: str | None
    evidence_zh: str
    method_zh: str
    threshold_zh: str
    threshold_op: str | None
    threshold: Decimal | None
    score_mode: str

    @property
    def key(self) -> str:
        return f"{self.item_code}.{self.seq}"


@dataclass(frozen=True)
class VetoRow:
    """One veto; the fields of `StandardVeto`."""

    code: str
    condition_zh: str
    basis_zh: str
    effect_zh: str
    indicator: str | None


@dataclass(frozen=True)
class Content:
    """A whole version."""

    items: tuple[ItemRow, ...]
    checks: tuple[CheckRow, ...]
    vetoes: tuple[VetoRow, ...]

    def points_of(self, item_code: str) -> Decimal:
        """The points of an item: the sum over its check points."""
        return sum((c.points for c in self.checks if c.item_code == item_code), Decimal(0))


@cache
def default_content() -> Content:
    """The first version, from `data/*.csv`. Weights, thresholds and vetoes are ours (本平台默认) where they say so."""
    items = [
        ItemRow(
            r["code"], r["dimension_zh"], int(r["guideline_item"]) if r["guideline_item"] else None,
            r["title_zh"], r["notes_zh"],
        )
        for r in _rows("items.csv")
    ]  # fmt: skip
    checks = [
        CheckRow(
            r["item_code"], int(r["seq"]), r["check_zh"], Decimal(r["points"]), r["nature"], r["clause"],
            r["measured_by"], r["indicator"] or None, r["evidence_zh"], r["method_zh"], r["threshold_zh"],
            r["threshold_op"] or None, Decimal(r["threshold"]) if r["threshold"] else None, r["score_mode"],
        )
        for r in _rows("checks.csv")
    ]  # fmt: skip
    vetoes = [
        VetoRow(r["code"], r["condition_zh"], r["basis_zh"], r["effect_zh"], r["indicator"] or None)
        for r in _rows("vetoes.csv")
    ]
    return Content(tuple(items), tuple(checks), tuple(vetoes))


def edited(content: Content, edits: Mapping[str, Mapping[str, Any]]) -> Content:
    """The content with other values of check points: `{"A01.1": {"points": "2", …}}`. Unknown keys are left to `faults`."""
    checks = tuple(replace(c, **_typed(edits.get(c.key, {}))) for c in content.checks)
    return replace(content, checks=checks)


def faults(content: Content, edits: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What keeps an edited content from becoming a version, in sentences; empty when nothing does."""
    known = {c.key: c for c in content.checks}
    wrong = [f"没有检查点 {key}。" for key in edits if key not in known]
    if any(field not in EDITABLE for edit in edits.values() for field in edit):
        wrong.append("只能调整分值、达标值和文字。")
    if wrong:
        return wrong
    after, whole = edited(content, edits), total(content, edits)
    if whole != FULL:
        wrong.append(f"各检查点分值合计为 {plain(whole)} 分，须为 100 分。")
    wrong += [f"检查点 {c.key} 的分值须在 0 至 20 之间。" for c in after.checks if not 0 <= c.points <= 20]
    for check in after.checks:
        if (check.threshold is None) != (known[check.key].threshold is None):
            wrong.append(f"检查点 {check.key} 的达标值不能由有改无或者由无改有。")
        if not check.check_zh or not check.threshold_zh or not check.method_zh:
            wrong.append(f"检查点 {check.key} 的文字不能为空。")
    return wrong


def total(content: Content, edits: Mapping[str, Mapping[str, Any]]) -> Decimal:
    """The points of all check points together, edits counted."""
    return sum((c.points for c in edited(content, edits).checks), Decimal(0))


def changed(content: Content, edits: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """What differs: (检查点 · 字段, before, after), in the order of the standard."""
    after = {c.key: c for c in edited(content, edits).checks}
    found = []
    for check in content.checks:
        for name in EDITABLE:
            old, new = getattr(check, name), getattr(after[check.key], name)
            if old != new:
                found.append((f"{check.key} {LABELS[name]}", shown(old), shown(new)))
    return found


def points_for(check: Any, amount: Decimal) -> Decimal:
    """The points that a result earns at a check point (a `StandardCheck` or `CheckRow`). Raises ValueError without a threshold."""
    if check.threshold is None or check.threshold_op is None:
        raise ValueError(f"{check.key} has no threshold: people judge it")
    if met(check, amount):
        return Decimal(check.points)
    if check.score_mode != ScoreMode.PROPORTIONAL or check.threshold <= 0:
        return Decimal(0)
    share: Decimal = max(Decimal(0), amount) / check.threshold
    return (Decimal(check.points) * share).quantize(Decimal("0.01"), ROUND_HALF_UP)


def met(check: Any, amount: Decimal) -> bool:
    """Whether a result reaches the threshold of a check point."""
    return bool(amount >= check.threshold if check.threshold_op == "ge" else amount <= check.threshold)


def by_dimension(items: Iterable[Any], points: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Points by dimension, in the order of the items."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for item in items:
        sums[item.dimension_zh] += points[item.code]
    return dict(sums)


def split(checks: Sequence[Any], attribute: str) -> dict[str, Decimal]:
    """Points by `nature` or `measured_by` (decision D39)."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for check in checks:
        sums[getattr(check, attribute)] += check.points
    return dict(sums)


def clause_zh(clause: str) -> str:
    """`N4;G1;导则-服务管理` as people read it."""
    words = []
    for part in clause.split(";"):
        kind, rest = part[:1], part[1:]
        if kind == "N" and rest.isdigit():
            words.append(f"通知第{_NUMBERS[int(rest)]}部分")
        elif kind == "G" and rest.isdigit():
            words.append(f"工作指引第{rest}项")
        else:
            words.append(part.replace("导则-", "《建设导则》"))
    return "、".join(words)


def plain(amount: Decimal) -> str:
    """A decimal without needless zeros."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown(value: object) -> str:
    """One value of a check point in words."""
    return "" if value is None else plain(value) if isinstance(value, Decimal) else str(value)


_NUMBERS = "零一二三四五六七八九十"


def _typed(edit: Mapping[str, Any]) -> dict[str, Any]:
    numbers = ("points", "threshold")
    return {k: _decimal(v) if k in numbers and v is not None else v for k, v in edit.items()}


def _decimal(value: Any) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError("not a number") from error
    if not number.is_finite():
        raise ValueError("not a number")
    return number


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
