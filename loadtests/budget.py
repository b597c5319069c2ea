"""What is allowed, from a YAML file, and the verdict: a run without enough samples is "not verified", never passed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import yaml

from loadtests.measures import Measures, Series

PASSED, FAILED, NOT_VERIFIED = "通过", "不通过", "未验证"


@dataclass(frozen=True)
class Limits:
    """Of one operation: latencies in milliseconds from the intended start, share of failures, samples needed for a verdict."""

    p95_ms: float
    p99_ms: float
    failures: float = 0.001
    samples: int = 20


@dataclass(frozen=True)
class Finding:
    """One operation's verdict and why."""

    operation: str
    verdict: str
    words_zh: str


class BudgetInvalid(Exception):
    """The budget file can't be used; the text says what to change."""


def read(file: Path) -> dict[str, Limits]:
    """Limits by operation. Raises BudgetInvalid."""
    try:
        content: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError):
        raise BudgetInvalid(f"读不到预算文件 {file.name}，请核对路径和格式") from None
    operations = content.get("operations") if isinstance(content, dict) else None
    if not isinstance(operations, dict) or not operations:
        raise BudgetInvalid("预算文件里没有 operations")
    known = {each.name for each in fields(Limits)}
    found = {}
    for name, values in operations.items():
        if not isinstance(values, dict) or not {"p95_ms", "p99_ms"} <= set(values) <= known:
            raise BudgetInvalid(f"“{name}”应写明 p95_ms 和 p99_ms，可选 failures、samples")
        if not all(isinstance(value, int | float) and value >= 0 for value in values.values()):
            raise BudgetInvalid(f"“{name}”的各项应为不小于 0 的数")
        found[str(name)] = Limits(**values)
    return found


def judge(measures: Measures, limits: dict[str, Limits]) -> list[Finding]:
    """A finding for each operation of the budget, and for each measured one that has no limits."""
    names = sorted(set(limits) | set(measures.operations))
    return [_judge(name, measures.of_operation(name), limits.get(name)) for name in names]


def passed(findings: list[Finding], measures: Measures) -> bool:
    """Whether everything was verified and kept, and every arrival had its turn."""
    return bool(findings) and all(each.verdict == PASSED for each in findings) and measures.unstarted == 0


def _judge(name: str, series: Series, limits: Limits | None) -> Finding:
    if limits is None:
        return Finding(name, NOT_VERIFIED, "预算文件里没有这一项")
    if series.count < limits.samples:
        return Finding(name, NOT_VERIFIED, f"只有 {series.count} 次，至少需要 {limits.samples} 次")
    broken = [
        f"{label} {value:,.0f} 毫秒，超过 {limit:,.0f} 毫秒"
        for label, value, limit in (
            ("95 分位", series.percentile(0.95), limits.p95_ms),
            ("99 分位", series.percentile(0.99), limits.p99_ms),
        )
        if value > limit
    ]
    if series.failed > limits.failures * series.count:
        worst = max(series.failures, key=lambda each: series.failures[each])
        broken.append(f"失败 {series.failed} 次（{worst}）")
    return Finding(name, FAILED if broken else PASSED, "；".join(broken) or "符合预算")
