"""PDF by typst, in memory: one font of the release, no system fonts, no package, no file but the layout, nothing sent anywhere."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

import justmytype_intl_cjk
import typst

from billing_budget.statements import policy
from billing_budget.statements.adapters import words
from billing_budget.statements.policy import Statement
from billing_budget.statements.service import Consolidated
from billing_budget.tariffs.policy import carrier_zh

MEDIA = "application/pdf"
LAYOUT = "templates/statements/paper.typ"


def statement_paper(statement: Statement, body: bytes | None) -> bytes:
    """One statement; an issued one carries the hash of its frozen bytes on each page."""
    return _paper(
        {
            "title": words.TITLE_ZH,
            "subtitle": f"{statement.payer.name_zh} · {words.month_zh(statement.month)}",
            "author": statement.payer.name_zh,
            "mark": words.DEMO_ZH if statement.payer.fictional else "",
            "landscape": False,
            "facts": words.facts(statement),
            "figures": _figures(statement.messages, statement.segments, statement.amount_fen),
            "parts": [_lines_part(statement), _days_part(statement)],
            "note": statement.rounding_zh,
            "footer": _footer(statement, body),
        }
    )


def consolidated_paper(whole: Consolidated, name_zh: str, fictional: bool) -> bytes:
    """A centre's own and its sub-centres' statements on one sheet."""
    messages = sum(part.statement.messages for part in whole.parts if part.statement is not None)
    return _paper(
        {
            "title": words.CONSOLIDATED_ZH,
            "subtitle": f"{name_zh} · {words.month_zh(whole.month)}",
            "author": name_zh,
            "mark": words.DEMO_ZH if fictional else "",
            "landscape": True,
            "facts": [
                ("机构", name_zh),
                ("账期", words.month_zh(whole.month)),
                ("状态", words.consolidated_state(whole)),
            ],
            "figures": _figures(messages, whole.segments, whole.amount_fen),
            "parts": [_bodies_part(whole), _carriers_part(whole)],
            "note": policy.ROUNDING_ZH,
            "footer": words.CONSOLIDATED_ZH,
        }
    )


def _figures(messages: int, segments: int, fen: int) -> list[tuple[str, str, str]]:
    return [
        ("发送件数", words.count(messages), "件"),
        ("计费条数", words.count(segments), "条"),
        ("金额", words.yuan(fen), "元"),
    ]


def _lines_part(statement: Statement) -> dict[str, Any]:
    return {
        "title": "费用明细",
        "heads": words.LINE_HEADS,
        "widths": [2.4, 2.2, 4.2, 2.6, 2, 2, 2.4],
        "numbers": [4, 5, 6],
        "rows": words.rows(statement),
        "total": ["合计", "", "", "", words.count(statement.segments), "", words.yuan(statement.amount_fen)],
    }


def _days_part(statement: Statement) -> dict[str, Any]:
    return {
        "title": "按日用量",
        "heads": ["日期", "发送件数", "提交条数", "计费条数"],
        "widths": [2, 2, 2, 2],
        "numbers": [1, 2, 3],
        "rows": [
            (d.day, words.count(d.messages), words.count(d.submitted), words.count(d.billable))
            for d in statement.days
        ],
        "total": [],
    }


def _bodies_part(whole: Consolidated) -> dict[str, Any]:
    rows = [
        (
            *words.part_words(p), words.count(p.statement.messages if p.statement else 0), words.count(p.segments),
            words.yuan(p.amount_fen), words.moment(p.as_of), words.part_number(p) or "—",
        )
        for p in whole.parts
    ]  # fmt: skip
    return {
        "title": "各机构账单",
        "heads": words.PART_HEADS,
        "widths": [1.8, 5, 1.8, 1.9, 1.9, 2.2, 3, 3.6],
        "numbers": [3, 4, 5],
        "rows": rows,
        "total": ["合计", "", "", "", words.count(whole.segments), words.yuan(whole.amount_fen), "", ""],
    }


def _carriers_part(whole: Consolidated) -> dict[str, Any]:
    return {
        "title": "按运营商汇总",
        "heads": ["运营商", "计费条数", "金额（元）"],
        "widths": [3, 2, 2],
        "numbers": [1, 2],
        "rows": [(carrier_zh(code), words.count(n), words.yuan(fen)) for code, n, fen in whole.by_carrier()],
        "total": [],
    }


def _footer(statement: Statement, body: bytes | None) -> str:
    if body is None:
        return f"{words.state_zh(statement.state)}，截至 {words.local(statement.as_of)}"
    return f"{statement.number} · 内容指纹 {policy.digest(body).hex()[:32]}"


def _paper(data: dict[str, Any]) -> bytes:
    made = typst.compile(
        _layout(),
        font_paths=_fonts(),
        format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one piece of bytes")
    return made


@cache
def _layout() -> bytes:
    return (files("billing_budget.statements") / LAYOUT).read_bytes()


@cache
def _fonts() -> typst.Fonts:
    folder = files(justmytype_intl_cjk) / "fonts" / "ofl" / "notosanssc"
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])
