"""A plan's values and how people read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Plan:
    """What is planned for a year: SMS segments a month, money in fen."""

    sms_monthly: int = 0
    allowance_fen: int = 0
    construction_fen: int = 0
    operation_fen: int = 0
    security_fen: int = 0
    warn_percent: int = 80

    @classmethod
    def of(cls, source: object) -> Plan:
        """From a row, a mapping or a manifest's part."""
        values: Any = source if isinstance(source, Mapping) else _Attributes(source)
        return cls(**{f.name: values.get(f.name, f.default) for f in fields(cls)})

    def stored(self) -> dict[str, Any]:
        """As JSON values."""
        return dict(vars(self))


@dataclass(frozen=True)
class _Attributes:
    """An object read like a mapping."""

    source: object

    def get(self, name: str, default: object) -> object:
        return getattr(self.source, name, default)


LABELS: Mapping[str, str] = {
    "sms_monthly": "短信月计划",
    "allowance_fen": "短信年度额度",
    "construction_fen": "建设费用年度预算",
    "operation_fen": "运行维护费用年度预算",
    "security_fen": "安全评测费用年度预算",
    "warn_percent": "提醒线",
}


def words(plan: Plan) -> dict[str, str]:
    """Each value as a person reads it."""
    return {
        "sms_monthly": f"{plan.sms_monthly:,} 条",
        "warn_percent": f"用到 {plan.warn_percent}% 时提醒",
        **{name: f"{getattr(plan, name) / 100:,.2f} 元" for name in LABELS if name.endswith("_fen")},
    }


def check(plan: Plan) -> dict[str, list[str]]:
    """What is wrong, by field."""
    wrong: dict[str, list[str]] = {}
    for name in LABELS:
        if not 0 <= getattr(plan, name) <= 10**13:
            wrong[name] = ["请填写不小于 0 的数。"]
    if not 1 <= plan.warn_percent <= 100:
        wrong["warn_percent"] = ["请填写 1 至 100 的整数。"]
    return wrong
