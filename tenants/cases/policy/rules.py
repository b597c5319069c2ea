"""Review rules: data with a version and a day from which it counts; each comparison leaves a receipt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from tenants.cases.models import CheckOutcome
from tenants.cases.policy.forms import AMOUNT, fen_words
from tenants.core_system.ports import PERSON_STATE_ZH, Balance, PersonRef

DATA = Path(__file__).parent.parent / "data" / "review_rules.json"
WITHDRAWAL = "提取"
"""The business kind whose approval is followed by a payout."""
AUTOMATIC_KINDS = ("缴存", "服务", "查询")
"""Decided without a clerk when every comparison passes (platform default); withdrawals and loans are not."""


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison: for which business kinds, what is looked at, in a sentence."""

    code: str
    kinds: tuple[str, ...]
    check: str
    sentence_zh: str
    states: tuple[str, ...] = ()


class RuleSet(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of one version; `effective_from` is the day of handing in from which it counts."""

    version: str
    effective_from: date
    origin_zh: str
    rules: tuple[Rule, ...]

    def for_kind(self, kind: str) -> tuple[Rule, ...]:
        """The rules for one business kind."""
        return tuple(rule for rule in self.rules if kind in rule.kinds)


@dataclass(frozen=True)
class Facts:
    """What is compared. `connected` False: there is no core system to ask."""

    form: Mapping[str, Any]
    missing: Sequence[str]
    deferrable: bool
    connected: bool
    source_zh: str = ""
    person: PersonRef | None = None
    balance: Balance | None = None


@dataclass(frozen=True)
class Receipt:
    """The result of one comparison; `compared_zh` says what was compared with what and holds personal values."""

    rule: Rule
    outcome: CheckOutcome
    compared_zh: str
    source_zh: str
    as_of: datetime | None = None


@cache
def rule_sets() -> tuple[RuleSet, ...]:
    """Every version, the oldest first."""
    return msgspec.json.decode(DATA.read_bytes(), type=tuple[RuleSet, ...])


def rule_set_on(day: date) -> RuleSet:
    """The version that counts for cases handed in on that day."""
    return [one for one in rule_sets() if one.effective_from <= day or one is rule_sets()[0]][-1]


def rule_set(version: str) -> RuleSet:
    """The version that a case keeps. KeyError for one that is not in the data."""
    return {one.version: one for one in rule_sets()}[version]


def compare(rules: Sequence[Rule], facts: Facts) -> list[Receipt]:
    """A receipt for each rule."""
    return [_CHECKS[rule.check](rule, facts) for rule in rules]


def needs_core(rules: Sequence[Rule]) -> bool:
    """Whether the core system has to be asked."""
    return any(rule.check in ("account_known", "account_state", "balance_covers") for rule in rules)


def _receipt(rule: Rule, passed: bool | None, words: str, source: str, at: datetime | None = None) -> Receipt:
    outcomes = {True: CheckOutcome.PASSED, False: CheckOutcome.FAILED, None: CheckOutcome.UNKNOWN}
    return Receipt(rule, outcomes[passed], words, source, at)


def _account_known(rule: Rule, facts: Facts) -> Receipt:
    if not facts.connected:
        return _by_hand(rule)
    words = "查到缴存账户" if facts.person is not None else "没有查到缴存账户"
    return _receipt(rule, facts.person is not None, words, facts.source_zh)


def _account_state(rule: Rule, facts: Facts) -> Receipt:
    if not facts.connected:
        return _by_hand(rule)
    if facts.person is None:
        return _receipt(rule, False, "没有查到缴存账户", facts.source_zh)
    words = f"账户状态：{PERSON_STATE_ZH[facts.person.state]}"
    return _receipt(rule, facts.person.state in rule.states, words, facts.source_zh)


def _amount_positive(rule: Rule, facts: Facts) -> Receipt:
    amount = int(facts.form.get(AMOUNT, 0))
    return _receipt(rule, amount > 0, f"提取金额 {fen_words(amount)}", "申请表")


def _balance_covers(rule: Rule, facts: Facts) -> Receipt:
    if not facts.connected:
        return _by_hand(rule)
    amount = int(facts.form.get(AMOUNT, 0))
    if facts.balance is None:
        return _receipt(rule, False, "没有查到账户余额", facts.source_zh)
    words = f"提取金额 {fen_words(amount)}，账户余额 {fen_words(facts.balance.fen)}"
    return _receipt(rule, amount <= facts.balance.fen, words, facts.source_zh, facts.balance.as_of)


def _materials_complete(rule: Rule, facts: Facts) -> Receipt:
    if not facts.missing:
        return _receipt(rule, True, "必需材料均已提供或由数据核验", "申请材料")
    return _receipt(
        rule, None if facts.deferrable else False, f"尚缺：{'、'.join(facts.missing)}", "申请材料"
    )


def _by_hand(rule: Rule) -> Receipt:
    return _receipt(rule, None, "未接入核心系统，请人工核对", "未接入核心系统")


_CHECKS: dict[str, Callable[[Rule, Facts], Receipt]] = {
    "account_known": _account_known,
    "account_state": _account_state,
    "amount_positive": _amount_positive,
    "balance_covers": _balance_covers,
    "materials_complete": _materials_complete,
}
