"""The 验收意见书 in words: titled paragraphs from the frozen content. The same paragraphs stand in the text, on the page and in the PDF."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from acceptance.assessments.policy.scoring import BANDS_NOTE_ZH
from acceptance.assessments.policy.states import STATE_ZH
from acceptance.construction.policy import MODE_ZH
from acceptance.standards.policy import plain
from kernel.calendar import clock

TITLE_ZH = "住房公积金综合服务平台验收意见书"
DEMO_ZH = "演示数据"
KIND_ZH = {"must": "整改意见", "advice": "建议"}
FINDING_ZH = {"passed": "整改通过", "noted": "提请改进", "open": "未整改", "failed": "整改未通过"}
NUMERALS = "一二三四五六七八九十"


def paragraphs(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(title, text) in order."""
    found = [
        ("基本情况", _basics(content)),
        ("验收过程", _course(content)),
        ("评分情况", _scores(content)),
        ("专家意见", content["opinion_zh"] + _discussion(content)),
        ("否决情形", _vetoes(content)),
        ("整改情况", _findings(content)),
        ("不同意见", _dissent(content)),
        ("验收结论", _conclusion(content)),
        ("签署", _signed(content)),
    ]
    return [(f"{NUMERALS[place]}、{title}", text) for place, (title, text) in enumerate(found)]


def day_zh(text: str | None) -> str:
    """An ISO day or moment as a day in Beijing."""
    if not text:
        return ""
    day = (
        date.fromisoformat(text)
        if len(text) == 10
        else datetime.fromisoformat(text).astimezone(clock.LOCAL).date()
    )
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def points(value: Any) -> str:
    """A score without needless zeros."""
    return plain(Decimal(str(value)))


def _basics(content: Mapping[str, Any]) -> str:
    subject, standard = content["subject"], content["standard"]
    demo = "本意见书所涉机构、人员和数据均为虚构演示数据。" if subject["fictional"] else ""
    mode, basis = (
        MODE_ZH.get(subject["build_mode"], "未登记"),
        f"{standard['name_zh']}第 {standard['number']} 版",
    )
    return (
        f"被验收机构：{subject['name_zh']}（{subject['code']}）。建设方式：{mode}。"
        f"验收依据：住房城乡建设部关于建立健全住房公积金综合服务平台的通知及工作指引；{basis}。{demo}"
    )


def _course(content: Mapping[str, Any]) -> str:
    return "；".join(
        f"{day_zh(step['at'])}{STATE_ZH[step['state']]}（{step['by']}）"
        + (f"，上一环节超期 {step['late_days']} 个工作日" if step["late_days"] else "")
        for step in content["steps"]
    ) + "。"  # fmt: skip


def _scores(content: Mapping[str, Any]) -> str:
    sheets = "；".join(f"{s['name']} {points(s['total'])} 分" for s in content["sheets"])
    dimensions = "；".join(
        f"{d['name']} {points(d['points'])}／{points(d['full'])} 分" for d in content["dimensions"]
    )
    recused = "".join(f"{r['name']}回避（{r['reason_zh']}）。" for r in content["recused"])
    apart = abs(Decimal(content["panel_total"]) - Decimal(content["self_total"]))
    deviation = "自评与专家评分相差超过 10 分。" if apart > 10 else ""
    return (
        f"自评 {points(content['self_total'])} 分，其中实测得 {points(content['earned'])} 分（满分 {points(content['measured'])} 分）。"
        f"专家独立评分：{sheets}；平均 {points(content['panel_total'])} 分。{dimensions}。{deviation}{recused}"
    )


def _discussion(content: Mapping[str, Any]) -> str:
    return f"\n合议记录：{content['discussion_zh']}" if content["discussion_zh"] else ""


def _vetoes(content: Mapping[str, Any]) -> str:
    if not content["vetoes"]:
        return "经核对，未认定否决情形。"
    return "\n".join(
        f"{v['code']} {v['condition_zh']}。认定理由：{v['reason_zh']}" for v in content["vetoes"]
    )


def _findings(content: Mapping[str, Any]) -> str:
    if not content["findings"]:
        return "没有整改意见。"
    lines = []
    for found in content["findings"]:
        kind = KIND_ZH["must" if found["must"] else "advice"]
        lines.append(
            f"{found['number']}．{found['item_code']} {kind}（{found['author']}）：{found['text_zh']}"
        )
        for answer in found["answers"]:
            lines.append(f"　第 {answer['round']} 次整改（{day_zh(answer['at'])}）：{answer['text_zh']}")
        for check in found["rechecks"]:
            word = "通过" if check["passed"] else "未通过"
            note = f"，{check['note_zh']}" if check["note_zh"] else ""
            lines.append(
                f"　第 {check['round']} 次复核（{check['by']}，{day_zh(check['at'])}）：{word}{note}"
            )
        lines.append(f"　现状：{FINDING_ZH.get(found['state'], found['state'])}")
    return "\n".join(lines)


def _dissent(content: Mapping[str, Any]) -> str:
    lines = [f"{s['name']}：{s['dissent_zh']}" for s in content["signatures"] if not s["agrees"]]
    return "\n".join(lines) if lines else "没有不同意见。"


def _conclusion(content: Mapping[str, Any]) -> str:
    more = f"\n{content['statement_zh']}" if content["statement_zh"] else ""
    return f"验收结论：{content['conclusion_zh']}。{more}\n{BANDS_NOTE_ZH}"


def _signed(content: Mapping[str, Any]) -> str:
    experts = "、".join(s["name"] + ("" if s["agrees"] else "（有不同意见）") for s in content["signatures"])
    return (
        f"专家组：{experts}。意见拟定：{content['opinion_by']}。结论提请：{content['proposed_by']}。"
        f"结论签发：{content['signed_by']}，{day_zh(content['signed_at'])}。"
    )
