"""Whether a centre may apply, said before it applies: each condition in words, with what to do when it is not met. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from acceptance.assessments.policy.scoring import PASS_TOTAL
from acceptance.standards.policy import plain

REPORT_DAYS = 365
"""A yearly evaluation report counts for a year after its day (notice section 7; the length is a default of this platform)."""


@dataclass(frozen=True)
class Condition:
    """One condition. A blocking one that is not met keeps the application from being sent; others are for people to look at."""

    code: str
    title_zh: str
    met: bool
    found_zh: str
    todo_zh: str = ""
    blocking: bool = True


@dataclass(frozen=True)
class Facts:
    """What admission is decided from."""

    build_mode: str | None
    tasks_done: int | None
    plan_note_zh: str
    report_issued_on: date | None
    today: date
    items: int
    filled: int
    unproved: Sequence[str]
    total: Decimal
    alarms: Sequence[str]


def admission(facts: Facts) -> list[Condition]:
    """Every condition, in the order of the page."""
    return [_mode(facts), _plan(facts), _report(facts), _filled(facts), _proved(facts), _score(facts), _vetoes(facts)]  # fmt: skip


def admitted(conditions: Sequence[Condition]) -> bool:
    """Whether nothing blocks."""
    return all(condition.met or not condition.blocking for condition in conditions)


def _mode(facts: Facts) -> Condition:
    title = "服务平台已建成"
    if facts.build_mode is None:
        return Condition("mode", title, False, "还没有登记建设方式", "请先在机构概况中登记建设方式。")
    if facts.build_mode == "in_progress":
        todo = "在建期间请填报建设任务；建成并登记为省级平台或自建后再申请验收。"
        return Condition("mode", title, False, "建设方式登记为建设中，不能申请验收", todo)
    return Condition(
        "mode",
        title,
        True,
        "使用省级平台" if facts.build_mode == "provincial_shared" else "自建服务平台",
    )


def _plan(facts: Facts) -> Condition:
    title = "建设任务已完成"
    if facts.tasks_done == 20:
        return Condition("plan", title, True, "20 项任务全部有经核实的佐证材料")
    found = "还没有制定建设计划" if facts.tasks_done is None else f"已完成 {facts.tasks_done} 项，共 20 项"
    if facts.plan_note_zh.strip():
        return Condition("plan", title, True, f"{found}，已作说明：{facts.plan_note_zh.strip()}")
    return Condition(
        "plan", title, False, found, "请补齐建设任务的佐证材料，或在本页说明未完成的原因和安排。"
    )


def _report(facts: Facts) -> Condition:
    title, todo = (
        "年度等级测评报告有效",
        "请在“安全规范与日志留痕”一项上传等级测评报告，填写出具日期。",
    )
    if facts.report_issued_on is None:
        return Condition("report", title, False, "没有上传等级测评报告", todo)
    until = facts.report_issued_on + timedelta(days=REPORT_DAYS)
    if not facts.report_issued_on <= facts.today <= until:
        return Condition(
            "report", title, False, f"出具日期 {facts.report_issued_on}，已不在一年有效期内", todo
        )
    return Condition("report", title, True, f"出具日期 {facts.report_issued_on}，有效至 {until}")


def _filled(facts: Facts) -> Condition:
    title, missing = "自评表填写完整", facts.items - facts.filled
    if missing:
        return Condition("filled", title, False, f"还有 {missing} 项没有自评分", "请在自评表中逐项填写自评分。")  # fmt: skip
    return Condition("filled", title, True, f"{facts.items} 项全部填写")


def _proved(facts: Facts) -> Condition:
    title = "非实测得分有依据"
    if facts.unproved:
        return Condition(
            "proved", title, False, f"以下各项的自评分高于实测得分，但没有材料：{'、'.join(facts.unproved)}",
            "请为这些项上传佐证材料并写明说明，或调低自评分。",
        )  # fmt: skip
    return Condition("proved", title, True, "高于实测得分的各项均有材料")


def _score(facts: Facts) -> Condition:
    title = f"自评分不低于 {plain(PASS_TOTAL)} 分"
    found = f"自评合计 {plain(facts.total)} 分"
    if facts.total < PASS_TOTAL:
        return Condition("score", title, False, found, "请对照检查点改进后再申请；分数线为本平台默认值。")
    return Condition("score", title, True, found)


def _vetoes(facts: Facts) -> Condition:
    title = "否决情形自查"
    if facts.alarms:
        return Condition(
            "vetoes", title, False, f"系统提示可能存在：{'；'.join(facts.alarms)}",
            "系统提示不是结论。可以申请，由专家和省级认定；建议先行整改。", blocking=False,
        )  # fmt: skip
    return Condition("vetoes", title, True, "系统未发现否决情形，其余情形由专家核对", blocking=False)
