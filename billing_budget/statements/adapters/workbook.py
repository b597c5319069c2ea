"""Spreadsheets: numbers as numbers, texts never as formulas, ready to print on A4."""

from __future__ import annotations

import io
from typing import Any

import xlsxwriter

from billing_budget.statements.adapters import words
from billing_budget.statements.policy import Statement
from billing_budget.statements.service import Consolidated

MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
YUAN, WHOLE, FEN = "#,##0.00", "#,##0", "0.0##"


def statement_book(statement: Statement) -> bytes:
    """One sheet of lines, one of days."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, OPTIONS) as book:
        formats = _formats(book)
        _lines(book.add_worksheet("账单"), formats, statement)
        _days(book.add_worksheet("按日用量"), formats, statement)
    return out.getvalue()


def consolidated_book(whole: Consolidated, name_zh: str, fictional: bool) -> bytes:
    """One sheet of bodies, then the lines of all of them."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, OPTIONS) as book:
        formats = _formats(book)
        sheet = book.add_worksheet("汇总")
        facts = [
            ("机构", name_zh),
            ("账期", words.month_zh(whole.month)),
            ("状态", words.consolidated_state(whole)),
        ]
        row = _head(sheet, formats, words.CONSOLIDATED_ZH, facts, fictional, words.PART_HEADS)
        for part in whole.parts:
            sheet.write_row(row, 0, words.part_words(part))
            sheet.write_number(row, 3, part.statement.messages if part.statement else 0, formats[WHOLE])
            sheet.write_number(row, 4, part.segments, formats[WHOLE])
            sheet.write_number(row, 5, part.amount_fen / 100, formats[YUAN])
            sheet.write_row(row, 6, (words.moment(part.as_of), words.part_number(part)))
            row += 1
        _total(sheet, formats, row, 4, (whole.segments, WHOLE), (whole.amount_fen / 100, YUAN))
        _paper(sheet, (12, 34, 10, 12, 12, 14, 18, 24), landscape=True)
        _all_lines(book.add_worksheet("明细"), formats, whole)
    return out.getvalue()


def _lines(sheet: Any, formats: dict[str, Any], statement: Statement) -> None:
    facts = words.facts(statement)
    row = _head(sheet, formats, words.TITLE_ZH, facts, statement.payer.fictional, words.LINE_HEADS)
    for line in statement.lines:
        sheet.write_row(row, 0, words.words_of(line))
        sheet.write_number(row, 4, line.segments, formats[WHOLE])
        if line.price_milli_fen is None:
            sheet.write_string(row, 5, words.price(line))
        else:
            sheet.write_number(row, 5, line.price_milli_fen / 1000, formats[FEN])
        sheet.write_number(row, 6, line.amount_fen / 100, formats[YUAN])
        row += 1
    _total(sheet, formats, row, 4, (statement.segments, WHOLE), None, (statement.amount_fen / 100, YUAN))
    sheet.write_string(row + 2, 0, statement.rounding_zh, formats["note"])
    _paper(sheet, (12, 12, 24, 14, 12, 12, 14), landscape=False)


def _days(sheet: Any, formats: dict[str, Any], statement: Statement) -> None:
    sheet.write_row(0, 0, ("日期", "发送件数", "提交条数", "计费条数", "金额（元，未取整）"), formats["head"])
    for row, day in enumerate(statement.days, 1):
        sheet.write_string(row, 0, day.day)
        for column, value in enumerate((day.messages, day.submitted, day.billable), 1):
            sheet.write_number(row, column, value, formats[WHOLE])
        sheet.write_number(row, 4, day.milli_fen / 100_000, formats["exact"])
    _paper(sheet, (14, 12, 12, 12, 20), landscape=False)


def _all_lines(sheet: Any, formats: dict[str, Any], whole: Consolidated) -> None:
    sheet.write_row(0, 0, ("机构", *words.LINE_HEADS), formats["head"])
    row = 1
    for part in whole.parts:
        for line in part.statement.lines if part.statement is not None else ():
            sheet.write_row(row, 0, (part.tenant.name_zh, *words.words_of(line)))
            sheet.write_number(row, 5, line.segments, formats[WHOLE])
            if line.price_milli_fen is not None:
                sheet.write_number(row, 6, line.price_milli_fen / 1000, formats[FEN])
            sheet.write_number(row, 7, line.amount_fen / 100, formats[YUAN])
            row += 1
    _paper(sheet, (34, 12, 12, 24, 14, 12, 12, 14), landscape=True)


def _head(
    sheet: Any,
    formats: dict[str, Any],
    title: str,
    facts: list[tuple[str, str]],
    fictional: bool,
    heads: tuple[str, ...],
) -> int:
    sheet.write_string(0, 0, f"{title}（{words.DEMO_ZH}）" if fictional else title, formats["title"])
    for row, (label, value) in enumerate(facts, 1):
        sheet.write_string(row, 0, label, formats["label"])
        sheet.write_string(row, 1, value)
    row = len(facts) + 2
    sheet.write_row(row, 0, heads, formats["head"])
    sheet.freeze_panes(row + 1, 0)
    sheet.repeat_rows(row)
    return row + 1


def _total(
    sheet: Any, formats: dict[str, Any], row: int, column: int, *values: tuple[float, str] | None
) -> None:
    sheet.write_string(row, 0, "合计", formats["sum"])
    for at in range(1, column + len(values)):
        sheet.write_blank(row, at, None, formats["sum"])
    for at, value in enumerate(values, column):
        if value is not None:
            sheet.write_number(row, at, value[0], formats[f"sum {value[1]}"])


def _paper(sheet: Any, widths: tuple[int, ...], *, landscape: bool) -> None:
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    if landscape:
        sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.set_footer("&C第 &P 页，共 &N 页")


def _formats(book: Any) -> dict[str, Any]:
    line = {"top": 1, "bold": True}
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format({"bold": True, "bg_color": "#EEF2F6", "bottom": 1, "text_wrap": True, "valign": "vcenter"}),
        "label": book.add_format({"font_color": "#5B6776"}),
        "note": book.add_format({"font_color": "#5B6776", "font_size": 9}),
        "exact": book.add_format({"num_format": "#,##0.00000"}),
        "sum": book.add_format(line),
        f"sum {WHOLE}": book.add_format({**line, "num_format": WHOLE}),
        f"sum {YUAN}": book.add_format({**line, "num_format": YUAN}),
        **{name: book.add_format({"num_format": name}) for name in (WHOLE, YUAN, FEN)},
    }  # fmt: skip
