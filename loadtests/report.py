"""The table of a run, the verdict, and both as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table

from loadtests.budget import PASSED, Finding
from loadtests.measures import Measures, Series

NAMES_ZH = {
    "catalogue": "查看公共目录",
    "phone_home": "打开手机页面",
    "staff_sign_in": "工作人员登录",
    "send_code": "发送验证码",
    "file_case": "提交业务",
}


def show(measures: Measures, console: Console) -> None:
    """Latencies by operation, then by operation and tenant."""
    table = Table(title="从应开始时刻算起的时延（毫秒）")
    for name in ("操作", "机构"):
        table.add_column(name)
    for name in ("次数", "失败", "50 分位", "95 分位", "99 分位", "最长", "其中处理 95 分位"):
        table.add_column(name, justify="right")
    for operation in measures.operations:
        whole = measures.of_operation(operation)
        table.add_row(NAMES_ZH.get(operation, operation), "全部", *_cells(whole), style="bold")
        for (name, tenant), series in sorted(measures.series.items()):
            if name == operation:
                table.add_row("", tenant, *_cells(series))
    console.print(table)


def _cells(series: Series) -> list[str]:
    values = [
        series.percentile(0.5),
        series.percentile(0.95),
        series.percentile(0.99),
        series.percentile(1.0),
    ]
    service = Series(latencies=series.services).percentile(0.95)
    return [f"{series.count:,}", f"{series.failed:,}", *(f"{value:,.0f}" for value in (*values, service))]


def show_verdict(findings: list[Finding], measures: Measures, good: bool, console: Console) -> None:
    """Each operation against its budget, and the last line."""
    for each in findings:
        colour = "green" if each.verdict == PASSED else "red"
        console.print(
            f"[{colour}]{each.verdict}[/]　{NAMES_ZH.get(each.operation, each.operation)}：{each.words_zh}"
        )
    if measures.unstarted:
        console.print(f"[red]不通过[/]　有 {measures.unstarted} 次到点没有做完：容量不足，或压测机太慢")
    console.print("结论：" + ("符合预算" if good else "不符合预算或未能验证"))


def write(
    file: Path, measures: Measures, findings: list[Finding], good: bool, facts: dict[str, object]
) -> None:
    """The same for machines."""
    rows = [
        {
            "operation": operation,
            "tenant": tenant,
            "count": series.count,
            "failures": series.failures,
            **{f"p{share:g}_ms": round(series.percentile(share / 100), 1) for share in (50, 95, 99, 100)},
        }
        for (operation, tenant), series in sorted(measures.series.items())
    ]
    verdicts = [
        {"operation": each.operation, "verdict": each.verdict, "words": each.words_zh} for each in findings
    ]
    content = {**facts, "passed": good, "unstarted": measures.unstarted, "series": rows, "verdicts": verdicts}
    file.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
