"""How a statement's values read on paper and in spreadsheets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from billing_budget.statements import policy
from billing_budget.statements.policy import PricedLine, Statement
from billing_budget.statements.service import Consolidated, Part
from billing_budget.tariffs.policy import BASIS_ZH, Basis, carrier_zh, price_text
from kernel.calendar import clock

TITLE_ZH = "12329 短信费用账单"
CONSOLIDATED_ZH = "12329 短信费用汇总账单"
DEMO_ZH = "演示数据"
MISSING_ZH = "没有发送记录"
LINE_HEADS = ("运营商", "类别", "短信模板", "计费依据", "计费条数", "单价（分）", "金额（元）")
PART_HEADS = ("机构代码", "机构", "状态", "发送件数", "计费条数", "金额（元）", "数据时间", "账单编号")


def month_zh(month: str) -> str:
    """`2026 年 11 月`."""
    return f"{month[:4]} 年 {int(month[5:])} 月"


def state_zh(state: str) -> str:
    """A statement's state."""
    return policy.STATE_ZH.get(state, MISSING_ZH)


def template(line: PricedLine) -> str:
    """A template's name, or its code where the name is unknown."""
    return line.template_zh or line.template


def price(line: PricedLine) -> str:
    """A price in fen, such as `3.5`."""
    return "无资费" if line.price_milli_fen is None else price_text(line.price_milli_fen)


def words_of(line: PricedLine) -> tuple[str, str, str, str]:
    """Carrier, category, template, basis."""
    return (
        carrier_zh(line.carrier),
        policy.category_zh(line.category),
        template(line),
        BASIS_ZH[Basis(line.basis)],
    )


def facts(statement: Statement) -> list[tuple[str, str]]:
    """What stands at the head."""
    return [
        ("机构", f"{statement.payer.name_zh}（{statement.payer.code}）"),
        ("账期", month_zh(statement.month)),
        ("编号", statement.number or "—"),
        ("状态", state_zh(statement.state)),
        ("数据时间", local(statement.as_of)),
    ]


def part_words(part: Part) -> tuple[str, str, str]:
    """Code, name and state of a share."""
    return part.tenant.code, part.tenant.name_zh, state_zh(part.state)


def part_number(part: Part) -> str:
    """The number of the statement that a share comes from."""
    return part.statement.number if part.statement is not None else ""


def consolidated_state(whole: Consolidated) -> str:
    """Whether everything in it is final."""
    return "各机构账单均已出具" if whole.complete else "部分机构账单未出具，数据会变化"


def local(iso: str) -> str:
    """A moment in Beijing time."""
    return datetime.fromisoformat(iso).astimezone(clock.LOCAL).strftime("%Y-%m-%d %H:%M")


def moment(value: datetime | None) -> str:
    """The same of a moment that may be unknown."""
    return value.astimezone(clock.LOCAL).strftime("%Y-%m-%d %H:%M") if value is not None else "—"


def yuan(fen: int) -> str:
    """`1,234.56` from fen; never through a float."""
    return f"{fen // 100:,}.{fen % 100:02d}"


def count(value: int) -> str:
    """`12,345`."""
    return f"{value:,}"


def rows(statement: Statement) -> Sequence[tuple[str, ...]]:
    """The lines as texts."""
    return [(*words_of(x), count(x.segments), price(x), yuan(x.amount_fen)) for x in statement.lines]
