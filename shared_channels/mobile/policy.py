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

_FIRST = ("Q01", "Q02", "W01", "W02", "W05", "L03", "Q10", "T01", "W04", "Q04", "L09", "D05")
MOST = 8


def favourites(rows: Sequence[ServiceItemRevision]) -> list[ServiceItemRevision]:
    """At most eight items: those most people come for, then others that are offered, in the order of their codes."""
    by_code = {row.code: row for row in rows}
    chosen = [by_code[code] for code in _FIRST if code in by_code]
    rest = [row for row in rows if row not in chosen]
    return (chosen + rest)[:MOST]
