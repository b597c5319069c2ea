"""Which items stand on the first screen, and with which picture."""

from __future__ import annotations

from collections.abc import Sequence

from tenants.catalogue.models import ServiceItemRevision

ICONS = {
    "查询": "search",
    "缴存": "pig-money",
    "提取": "cash",
    "贷款": "home-dollar",
    "服务": "message-circle",
    "其他": "file-text",
}
"""Icon of an item by its business kind."""

SHORT_NAMES = {
    "个人账户信息与余额查询": "余额查询",
    "缴存明细查询": "缴存明细",
    "离退休提取（正常退休）": "退休提取",
    "提前部分偿还贷款": "提前还款",
    "异地贷款职工住房公积金缴存使用证明": "异地贷款证明",
    "异地转移接续（转入）": "异地转入",
    "偿还公积金贷款提取与冲还贷签约": "冲还贷签约",
}
"""How a default name stands under a picture; a name that a centre chose itself stands as it is."""

_FIRST = ("Q01", "Q02", "W01", "W02", "W05", "L03", "Q10", "T01", "W04", "Q04", "L09", "D05")
MOST = 8


def favourites(rows: Sequence[ServiceItemRevision]) -> list[ServiceItemRevision]:
    """At most eight items: those most people come for, then others that are offered, in the order of their codes."""
    by_code = {row.code: row for row in rows}
    chosen = [by_code[code] for code in _FIRST if code in by_code]
    rest = [row for row in rows if row not in chosen]
    return (chosen + rest)[:MOST]
