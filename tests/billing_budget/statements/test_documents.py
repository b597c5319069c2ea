"""Spreadsheet and paper say what the statement says; making a PDF writes no file."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from billing_budget.metering.policy import Cell, priced
from billing_budget.statements import policy
from billing_budget.statements.adapters import paper, words, workbook
from billing_budget.statements.policy import Payer, Statement
from billing_budget.statements.service import Consolidated, Part
from billing_budget.tariffs.policy import DEFAULTS, Tariff
from kernel.db.ids import uuid7
from kernel.tenancy.tenants import Tenant

BOOK = {
    carrier: Tariff(carrier, basis, 1, date(2026, 1, 1), tiers, "default")
    for carrier, basis, tiers in DEFAULTS
}
FIRST = date(2026, 11, 1)
MARK = "演示数据"


def statement(
    days: int = 3, *, fictional: bool = True, name: str = "示例油田分中心", number: str = "DX-C99011-202611"
) -> Statement:
    cells = [
        Cell(FIRST.replace(day=day), carrier, "NOTICE", template, 7, 9, 8)
        for day in range(1, days + 1)
        for carrier in ("cmcc", "cucc", "ctcc")
        for template in ("notice.payout", "=1+1")
    ]
    ended = {"delivered": sum(c.messages for c in cells)}
    payer = Payer(str(uuid7()), "C99011", name, "sub_centre", fictional)
    names = {"notice.payout": "提取到账通知"}
    return policy.composed(
        payer, FIRST, priced(cells, BOOK), ended, BOOK, names, "2026-12-01T00:20:00+08:00", number
    )


def sheet(data: bytes, name: str) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name(name).to_python()


def test_the_sheet_read_again_is_the_statement() -> None:
    given = statement()
    rows = sheet(workbook.statement_book(given), "账单")
    head = rows.index(list(words.LINE_HEADS))
    read = [tuple(row) for row in rows[head + 1 : head + 1 + len(given.lines)]]
    assert read == [
        (*words.words_of(x), float(x.segments), (x.price_milli_fen or 0) / 1000, x.amount_fen / 100)
        for x in given.lines
    ]
    total = rows[head + 1 + len(given.lines)]
    assert (total[0], total[4], total[6]) == ("合计", float(given.segments), given.amount_fen / 100)
    assert round(sum(float(str(row[6])) for row in read) * 100) == given.amount_fen


def test_days_of_the_sheet_are_the_days() -> None:
    given = statement()
    rows = sheet(workbook.statement_book(given), "按日用量")[1:]
    assert [(r[0], r[1], r[2], r[3]) for r in rows] == [
        (d.day, d.messages, d.submitted, d.billable) for d in given.days
    ]
    assert [round(float(str(r[4])) * 100_000) for r in rows] == [d.milli_fen for d in given.days]


def test_a_text_never_becomes_a_formula() -> None:
    assert "=1+1" in [row[2] for row in sheet(workbook.statement_book(statement()), "账单")]


def consolidated() -> Consolidated:
    one, two = statement(2), statement(3)
    place = Tenant(
        uuid7(), "C99010", None, "centre", "active", "示例市住房公积金管理中心", "示例市", True, None
    )
    parts = (
        Part(place, True, "issued", one),
        Part(place, False, "open", two),
        Part(place, False, "missing", None),
    )
    return Consolidated("2026-11", parts)


def test_the_consolidated_sheet_adds_up() -> None:
    whole = consolidated()
    data = workbook.consolidated_book(whole, "示例市住房公积金管理中心", True)
    rows = sheet(data, "汇总")
    head = rows.index(list(words.PART_HEADS))
    assert [(r[2], r[4], r[5]) for r in rows[head + 1 : head + 4]] == [
        (words.state_zh(p.state), float(p.segments), p.amount_fen / 100) for p in whole.parts
    ]
    assert (rows[head + 4][4], rows[head + 4][5]) == (float(whole.segments), whole.amount_fen / 100)
    lines = sheet(data, "明细")[1:]
    assert round(sum(float(str(r[7])) for r in lines) * 100) == whole.amount_fen
    assert MARK in str(rows[0][0])


def pages(data: bytes) -> int:
    assert data.startswith(b"%PDF-1.")
    assert data.rstrip().endswith(b"%%EOF")
    return max(int(n) for n in re.findall(rb"/Count (\d+)", data))


def test_a_pdf_has_the_pages_it_needs() -> None:
    short, long = statement(1), statement(28)
    assert pages(paper.statement_paper(short, policy.frozen(short))) == 1
    assert pages(paper.statement_paper(long, policy.frozen(long))) == 2
    assert pages(paper.consolidated_paper(consolidated(), "示例市住房公积金管理中心", True)) == 1


def test_the_same_statement_is_the_same_paper_and_another_is_not() -> None:
    given = statement()
    assert paper.statement_paper(given, None) == paper.statement_paper(given, None)
    assert paper.statement_paper(given, None) != paper.statement_paper(statement(fictional=False), None)


@pytest.mark.parametrize("name", ['"]#panic()', '#read("/etc/passwd")', "$x$ *a* _b_ @c <d>", "\\ # [ ] {"])
def test_a_name_is_text_on_paper_never_markup(name: str) -> None:
    assert pages(paper.statement_paper(statement(name=name), None)) == 1


def test_the_layout_names_no_package_and_reads_no_file() -> None:
    layout = paper._layout().decode()
    for word in ("@preview", "#import", "#include", "read(", "image(", "plugin(", "http"):
        assert word not in layout


WITHOUT_FILES = """
import resource, sys
sys.path[:0] = {path!r}
from tests.billing_budget.statements.test_documents import paper, statement
made = statement()
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # any byte written to any file ends this process
sys.stdout.buffer.write(paper.statement_paper(made, None))
"""


def test_making_a_pdf_writes_no_file() -> None:
    code = WITHOUT_FILES.format(path=sys.path)
    done = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, check=True, timeout=120)
    assert pages(done.stdout) == 1
